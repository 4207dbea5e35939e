"""What a file says: a corpus of documents, the tables it is read from, and which columns they have."""
