"""A tab has one answer at a time, and none that is dropped keeps it from asking."""

from __future__ import annotations

from collections.abc import Iterator

from assistant.interfaces.page.tabs import Tabs


def test_a_tab_asks_again_when_its_answer_is_over_and_others_meanwhile() -> None:
    tabs = Tabs()
    first, other = tabs.begin("a"), tabs.begin("b")
    assert first is not None
    assert other is not None
    assert tabs.begin("a") is None
    tabs.end("a")
    assert tabs.begin("a") is not None


def test_an_answer_that_is_dropped_midway_is_over() -> None:
    tabs = Tabs()

    def answer() -> Iterator[int]:
        answering = tabs.begin("a")
        yield 1
        assert answering is not None

    stopped = answer()
    next(stopped)
    assert tabs.begin("a") is None
    stopped.close()  # type: ignore[attr-defined]
    assert tabs.begin("a") is not None
