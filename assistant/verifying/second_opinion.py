"""A second opinion on a sentence that a passage seems to support: a language model weighs yes against no.

Wording cannot tell that two halves of a comparison changed places or that "most" became "all"; a model can, more often
than not (evals/grounding.md). It takes support away: within one language where the settings want it, across languages,
where wording says little, in any case. There an `across_least` below the threshold of wording lets it give support as
well, to what holds every figure. Asked with a few worked examples and answered by the first token alone, as a
classifier (Brown et al. 2020); the examples come first, so that a server keeps them read.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol

from assistant.writing.prompting import opinion_prompt
from corpus.document import Language
from corpus.language import document_language
from serving.errors import ServingError
from serving.talking.choosing import log_odds
from serving.talking.client import ChatClient

_LONGEST_SAID = 1500  # characters; as a rule one to three sentences


class SecondOpinion(Protocol):
    """Anything that can tell whether a text says what a sentence says."""

    def agrees(self, sentence: str, heading: str, said: str) -> bool | None:
        """Whether `said`, which stands under `heading`, says what `sentence` says; None without an opinion."""
        ...


@dataclass(frozen=True, slots=True)
class Opinions:
    """Who is asked about a passage in the sentence's language, and who about one in the other; None: nobody.

    `across_least`: the share of a sentence's words from which on a passage in the other language is asked about.
    """

    within: SecondOpinion | None = None
    across: SecondOpinion | None = None
    across_least: float = 0.65


@dataclass(frozen=True, slots=True)
class CheckingSettings:
    """Whether the model is asked, within a language and across, and from which log-odds of yes against no it agrees.

    The languages are those of the sentence. The defaults were chosen for the embedded model; another one wants its own:
    `python -m evals.grounding --second-opinion`, with --across too, says how each does.
    """

    second_opinion: bool = False
    agrees_from_zh: float = 1.85
    agrees_from_en: float = 0.5
    across_languages: bool = True
    across_from_zh: float = 2.0
    across_from_en: float = 0.75
    across_least: float = 0.65


def opinions_of(client: ChatClient | None, settings: CheckingSettings) -> Opinions:
    """The opinions of a client's model, where there is one and the settings want them."""
    if client is None:
        return Opinions()
    within = ModelOpinion(client, {"zh": settings.agrees_from_zh, "en": settings.agrees_from_en})
    across = ModelOpinion(client, {"zh": settings.across_from_zh, "en": settings.across_from_en})
    return Opinions(
        within if settings.second_opinion else None,
        across if settings.across_languages else None,
        settings.across_least,
    )


class ModelOpinion:
    """The model that a client talks to. One that does not answer, or with another word, has no opinion."""

    def __init__(self, client: ChatClient, agrees_from: Mapping[Language, float]) -> None:
        """`agrees_from`: the least log-odds of yes, by the language of the sentence."""
        self._client = client
        self._agrees_from = agrees_from

    def agrees(self, sentence: str, heading: str, said: str) -> bool | None:
        """See `SecondOpinion`."""
        odds = self.odds(sentence, heading, said)
        return None if odds is None else odds >= self._agrees_from[document_language(sentence)]

    def odds(self, sentence: str, heading: str, said: str) -> float | None:
        """The log-odds of yes against no; None without an opinion."""
        passage = f"{heading}\n{said[:_LONGEST_SAID]}"
        prompt = opinion_prompt(sentence, passage, document_language(sentence))
        try:
            return log_odds(self._client, prompt.messages, prompt.yes, prompt.no)
        except ServingError:
            return None
