"""Errors of this layer.

ServingError
├── ModelError
│   ├── UnknownModelError    no model of that name in the catalogue
│   ├── LicenceError         its licence must be accepted by name first
│   ├── ModelMissingError    it is not on the disk
│   └── FetchError           it could not be fetched, or what came is not what the catalogue says
├── LaunchError              a model server could not be started or kept running
│   └── FixedFlagError       a flag was passed on to it that would undo what is fixed
└── ServerError              `retryable` says whether the same request may succeed later; `kind` is one word for counts
    ├── ServerUnreachableError  nothing answers at the address, or it does not speak the protocol
    │   └── ServerSilentError   it takes requests and writes nothing
    ├── ServerRefusedError      it answered with an error; `status` and `retry_after_s` are what it said
    ├── ServerBusyError         no place became free in time
    ├── WrongModelError         it serves another model than the one asked for
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
    kind = "server"


class ServerUnreachableError(ServerError):
    """Nothing answers, or not in the protocol."""

    retryable = True
    kind = "unreachable"


class ServerSilentError(ServerUnreachableError):
    """It accepted the request and did not begin to write in time."""

    kind = "silent"


class ServerRefusedError(ServerError):
    """The server answered with an error. `status` is HTTP's; `retry_after_s` is what it asked to wait, else 0."""

    kind = "refused"

    def __init__(self, message: str, *, status: int = 0, retry_after_s: float = 0.0) -> None:
        super().__init__(message)
        self.status = status
        self.retry_after_s = retry_after_s
        self.retryable = status in (408, 425, 429) or status >= 500


class ServerBusyError(ServerError):
    """No place in the queue became free in time."""

    retryable = True
    kind = "busy"


class WrongModelError(ServerError):
    """The server serves another model than the one that was asked for."""

    kind = "wrong_model"


class StreamBrokenError(ServerError):
    """The answer broke off after `text`."""

    retryable = True
    kind = "broken"

    def __init__(self, message: str, text: str) -> None:
        super().__init__(message)
        self.text = text
