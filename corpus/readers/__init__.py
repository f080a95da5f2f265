"""Readers of users' files: one adapter per library, run in a limited child process (`child`)."""
