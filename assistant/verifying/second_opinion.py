"""A second opinion on a sentence that the wording of a passage supports: a language model weighs yes against no.

Wording cannot tell that two halves of a comparison changed places or that "most" became "all"; a model can, more often
than not (evals/grounding.md). It only ever takes support away: a passage that talks it into saying yes gains nothing
that the wording did not give. Asked with a few worked examples and answered by the first token alone, as a classifier
(Brown et al. 2020); the examples come first, so that a server keeps them read.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from assistant.prompting import opinion_prompt
from corpus.document import Language
from corpus.language import document_language
from serving.errors import ServingError
from serving.talking.choosing import log_odds
from serving.talking.client import ChatClient

_LONGEST_SAID = 1500  # characters; as a rule one to three sentences


class SecondOpinion(Protocol):
    """Anything that can tell whether a text says what a sentence says."""

    def agrees(self, sentence: str, heading: str, said: str) -> bool:
        """Whether `said`, which stands under `heading`, says what `sentence` says."""
        ...


@dataclass(frozen=True, slots=True)
class CheckingSettings:
    """Whether a second opinion is asked for, and from which log-odds of yes against no on it agrees, by language.

    The defaults were chosen for the embedded model; another one wants its own: `python -m evals.grounding
    --second-opinion` says how each does.
    """

    second_opinion: bool = False
    agrees_from_zh: float = 1.85
    agrees_from_en: float = 0.5

    def agrees_from(self, language: Language) -> float:
        """The least log-odds for a sentence of `language`."""
        return self.agrees_from_zh if language == "zh" else self.agrees_from_en


def opinion_of(client: ChatClient | None, settings: CheckingSettings) -> ModelOpinion | None:
    """The opinion of a client's model, where there is one and the settings want it."""
    return ModelOpinion(client, settings) if client is not None and settings.second_opinion else None


class ModelOpinion:
    """The model that a client talks to. One that does not answer, or with another word, has no opinion."""

    def __init__(self, client: ChatClient, settings: CheckingSettings) -> None:
        self._client = client
        self._settings = settings

    def agrees(self, sentence: str, heading: str, said: str) -> bool:
        """See `SecondOpinion`."""
        language = document_language(sentence)
        odds = self.odds(sentence, heading, said)
        return odds is None or odds >= self._settings.agrees_from(language)

    def odds(self, sentence: str, heading: str, said: str) -> float | None:
        """The log-odds of yes against no; None without an opinion."""
        passage = f"{heading}\n{said[:_LONGEST_SAID]}"
        prompt = opinion_prompt(sentence, passage, document_language(sentence))
        try:
            return log_odds(self._client, prompt.messages, prompt.yes, prompt.no)
        except ServingError:
            return None
