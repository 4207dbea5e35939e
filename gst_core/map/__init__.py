"""From an embedding to frames: graph, layout, landmarks, clusters and their names, saved maps."""
