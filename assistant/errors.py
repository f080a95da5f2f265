"""Errors of this layer; those of the layers below pass through, each with its advice.

AssistantError
├── SettingsError          a setting is unknown or out of range; names file and key
│   └── CollectionNameError    no collection can be called so; `alike` names another it is too like
├── BadQuestionError       the question cannot be asked as it is; `reason` is one word for programs
└── TooManyQuestionsError  it can be asked again later; `reason` as above
"""


class AssistantError(Exception):
    """Something about how the assistant is used; the message says what to do."""


class SettingsError(AssistantError):
    """A setting is unknown or out of range."""


class CollectionNameError(SettingsError):
    """A name that no collection can have, or not beside the one it is `alike`."""

    def __init__(self, message: str, alike: str = "") -> None:
        super().__init__(message)
        self.alike = alike


class BadQuestionError(AssistantError):
    """The question is empty, too long or in a language that is not spoken here."""

    def __init__(self, reason: str, message: str) -> None:
        super().__init__(message)
        self.reason = reason


class TooManyQuestionsError(AssistantError):
    """No more questions are taken now, of this user ("too_many_questions") or of anybody ("busy")."""

    retry_after_s = 5

    def __init__(self, reason: str, count: int) -> None:
        super().__init__(
            f"{count} of your questions are being answered; ask again when one of them is"
            if reason == "too_many_questions"
            else f"{count} questions are being answered; ask again in a minute"
        )
        self.reason = reason
        self.count = count
