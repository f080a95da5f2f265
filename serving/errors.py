"""Errors of this layer.

ServingError
├── ModelError
│   ├── UnknownModelError    no model of that name in the catalogue
│   ├── LicenceError         its licence must be accepted by name first
│   ├── ModelMissingError    it is not on the disk
│   └── FetchError           it could not be fetched, or what came is not what the catalogue says
├── LaunchError              a model server could not be started or kept running
│   └── FixedFlagError       a flag was passed on to it that would undo what is fixed
└── ServerError              `retryable` says whether the same request may succeed later
    ├── ServerUnreachableError  nothing answers at the address, or it does not speak the protocol
    ├── ServerRefusedError      it answered with an error
    └── StreamBrokenError       the answer broke off; `text` is what had come
"""


class ServingError(Exception):
    """A model could not be had or did not answer; the message says what to do."""


class ModelError(ServingError):
    """Something about a model's files."""


class UnknownModelError(ModelError):
    """The catalogue has no such model."""


class LicenceError(ModelError):
    """The model's licence has to be accepted by name."""


class ModelMissingError(ModelError):
    """The model is not on the disk, or a file of it is gone."""


class FetchError(ModelError):
    """Fetching failed, or what was fetched is not what the catalogue says."""


class LaunchError(ServingError):
    """A model server could not be started, or did not stay up."""


class FixedFlagError(LaunchError):
    """A flag for the server that is not the caller's to set."""


class ServerError(ServingError):
    """Something about a running model."""

    retryable = False


class ServerUnreachableError(ServerError):
    """Nothing answers, or not in the protocol."""

    retryable = True


class ServerRefusedError(ServerError):
    """The server answered with an error."""


class StreamBrokenError(ServerError):
    """The answer broke off after `text`."""

    def __init__(self, message: str, text: str) -> None:
        super().__init__(message)
        self.text = text
