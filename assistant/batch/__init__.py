"""Question files: a file of questions in, a file of checked answers out. None is lost, none asked twice."""
