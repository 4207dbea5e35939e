"""Where and how numbers run: device, threads, neighbour search, rows and vectors."""
