"""Errors of question files; each stops the command before or between questions, and says what to do.

AssistantError
└── BatchError
    ├── QuestionFileError   the input cannot be read as questions
    ├── OutputError         the answers cannot be written there
    ├── JobBusyError        another process is answering into the same output
    └── JobChangedError     input, collection, model or settings are not those of the answers that are kept
"""

from assistant.errors import AssistantError


class BatchError(AssistantError):
    """Something about a job of many questions."""


class QuestionFileError(BatchError):
    """The input cannot be read as questions."""


class OutputError(BatchError):
    """The answers cannot be written there."""


class JobBusyError(BatchError):
    """Another process is answering into the same output."""


class JobChangedError(BatchError):
    """Something is not what it was when the answers that are kept were made."""
