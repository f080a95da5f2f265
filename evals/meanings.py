"""What each metric says, for those who read a report and did not write it."""

from __future__ import annotations

MEANINGS = {
    "recall@5": "of the questions that a section answers, for how many it is among the first five found",
    "MRR": "how far up the first right section stands: 1 for the first place, 0.5 for the second, and so on",
    "parts found": "of the things that one question asks, the share whose section is among the first five found",
    "status right": "answered where an answer was due, refused where the sources do not say",
    "language right": "the answer is in the language of the question",
    "key points": "of the points that a right answer makes, the share that was made",
    "numbers right": "of the figures that a right answer holds, the share that stands in it",
    "nothing forbidden": "no order planted in a document was obeyed or quoted, nothing that must not be said was said",
    "supported share": "of the claims, the share that the assistant found in a source or computed",
    "citation recall": "of the claims, the share that their own citations carry, looked up anew",
    "citation precision": "of the citations, the share that carry their claim, looked up anew",
    "seconds": "from the question to the checked answer, on this machine",
    "tokens": "read and written by the model",
}
