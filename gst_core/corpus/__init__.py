"""What a file says: a corpus of documents, the tables it is read from, and which columns they have."""

from gst_core.corpus.corpus import Corpus, read_corpus

__all__ = ["Corpus", "read_corpus"]
