"""An answer as it grows on the page: how often it is drawn, and what stands there then."""

from __future__ import annotations

from assistant.answer import Sentence
from assistant.events import Found, Wrote
from assistant.evidence.reading import Passage
from assistant.interfaces.page.screen import GrowingAnswer
from assistant.running.service import Asked
from assistant.verifying.verification import Checked
from tests.doubles import make_document

PASSAGE = Passage(1, make_document("Serving is the largest cost."), "", 0, 28, 1.0)


def growing() -> GrowingAnswer:
    def nothing():  # type: ignore[no-untyped-def]  # noqa: ANN202 - a generator that ends at once
        yield from ()

    answer = GrowingAnswer([], "What costs most?", Asked("c", 7, nothing()), "en")
    assert answer.take(Found((PASSAGE,), "What costs most?", "en"), 0.0)
    answer.drawn(0.0, 0.001)
    return answer


def drawn_at(answer: GrowingAnswer, takes_s: float) -> list[tuple[float, str]]:
    """When tokens that come every 10 ms are drawn, where each drawing takes so long; and what stands there then."""
    seen, busy_until = [], 0.0
    for token in range(1, 101):
        now = max(token * 0.01, busy_until)  # what came meanwhile is taken afterwards, one by one, at once
        if answer.take(Wrote("word " * token), now):
            busy_until = now + takes_s
            answer.drawn(now, busy_until)
            seen.append((round(now, 3), str(answer.messages[-1]["content"])))
    return seen


def test_where_few_ask_what_comes_is_drawn_as_fast_as_an_eye_follows() -> None:
    times = [time for time, _ in drawn_at(growing(), takes_s=0.002)]
    assert 20 <= len(times) <= 34
    assert max(later - earlier for earlier, later in zip(times, times[1:], strict=False)) <= 0.05


def test_where_drawing_is_slow_it_takes_half_of_the_time_and_shows_what_has_come() -> None:
    seen = drawn_at(growing(), takes_s=0.1)
    assert 4 <= len(seen) <= 6
    for time, text in seen:
        assert text.split() == ["word"] * round(time * 100), "what is drawn falls behind what has come"


def test_checked_sentences_stand_with_their_marks_before_what_is_being_written() -> None:
    answer = growing()
    assert not answer.take(Checked("", Sentence("Serving is the largest cost.", "supported", (1,), 1.0)), 1.0)
    assert answer.take(Wrote(" Training"), 1.0)
    assert answer.messages[-1]["content"] == "Serving is the largest cost.[[1]](#s-7-1) Training"
