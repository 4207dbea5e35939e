"""The same core without a browser."""
