"""Hits -> the passages to read, what of the question they do not speak of, and what in them is no evidence."""
