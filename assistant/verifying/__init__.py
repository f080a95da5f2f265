"""Does a passage say what a sentence says? Sentences, figures, names, denials, and the verdict on a draft."""
