"""Errors of this layer; those of the layers below pass through, each with its advice.

AssistantError
├── SettingsError     a setting is unknown or out of range; names file and key
└── BadQuestionError  the question cannot be asked as it is; `reason` is one word for programs
"""


class AssistantError(Exception):
    """Something about how the assistant is used; the message says what to do."""


class SettingsError(AssistantError):
    """A setting is unknown or out of range."""


class BadQuestionError(AssistantError):
    """The question is empty, too long or in a language that is not spoken here."""

    def __init__(self, reason: str, message: str) -> None:
        super().__init__(message)
        self.reason = reason
