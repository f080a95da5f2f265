"""Which models there are, and their files: listed, fetched, checked, read, written out for other engines."""
