"""The threads behind the pages: one worker per lens, where the latest request wins."""
