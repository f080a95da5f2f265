"""Errors of this layer.

IndexLayerError
├── EncoderError           an embedding model cannot be loaded or gives vectors of another size
├── CollectionMissingError no such collection, or nothing built in it yet
├── CollectionDamagedError a file of it is missing, changed or does not fit the others
├── CollectionBusyError    another process is changing it
└── CollectionStaleError   built with another encoder, splitter or word list than asked for now
"""


class IndexLayerError(Exception):
    """Something could not be indexed or searched; the message says what to do."""


class EncoderError(IndexLayerError):
    """An embedding model cannot be used."""


class CollectionMissingError(IndexLayerError):
    """There is no such collection, or nothing has been built in it."""


class CollectionDamagedError(IndexLayerError):
    """A file of the collection is missing or not what its manifest says."""


class CollectionBusyError(IndexLayerError):
    """Another process is changing the collection."""


class CollectionStaleError(IndexLayerError):
    """The collection was built in another way than it is to be read now; `field` names the difference."""

    def __init__(self, message: str, field: str) -> None:
        super().__init__(message)
        self.field = field
