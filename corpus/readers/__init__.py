"""Readers of users' files: one adapter per library, run in a limited process (`child`) that is kept ready (`host`)."""
