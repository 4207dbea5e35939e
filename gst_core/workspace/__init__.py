"""What is on disk: SQLite for what people typed, files for what can be recomputed."""
