"""Question and passages -> a draft, by a model or out of the sources -> the answer it deserves."""
