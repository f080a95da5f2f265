"""What is asked: the language, whether it is a question to the sources, and a follow-up made to stand alone."""
