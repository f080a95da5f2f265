"""Errors of this layer.

CorpusError
├── FrontMatterError       a shipped document's head breaks the rules of corpus/README.md
├── DocumentRuleError      a shipped document's body, or the set of documents, breaks them
├── TableError             a table of figures breaks its form (tables.py)
├── DownloadError          a file could not be had from a server (download.py)
├── PaperFetchError        no paper can be fetched at all (arxiv.py)
└── UnreadableFileError    a user's file cannot become a Document; `reason` is one word for programs
"""


class CorpusError(Exception):
    """Something that was to be cited cannot be."""


class FrontMatterError(CorpusError):
    """The head of a shipped document breaks the rules; the message names file and key."""


class DocumentRuleError(CorpusError):
    """The body of a shipped document, or the set of them, breaks the rules; the message names file and line."""


class UnreadableFileError(CorpusError):
    """A user's file cannot be read. `reason` is one word.

    unsupported, too_large, encoding, missing, encrypted, no_text, corrupt, timeout, memory.
    """

    def __init__(self, path: str, reason: str, advice: str) -> None:
        super().__init__(f"{path}: {advice}")
        self.reason = reason
