"""What an event leaves alone costs nothing, and everything else is as Gradio makes it."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import gradio as gr
import pytest
from gradio.state_holder import SessionState

from assistant.interfaces.page.light_blocks import SKIP, LightBlocks


def run(coroutine: Coroutine[Any, Any, Any]) -> Any:
    """What a coroutine returns, in a thread of its own: the main one's loop, begun by Gradio, is left alone."""
    with ThreadPoolExecutor(1) as pool:
        return pool.submit(asyncio.run, coroutine).result()


def shown(blocks: type[gr.Blocks], predictions: Any, outputs: int = 3) -> tuple[list[Any], list[int]]:
    """What a page of that kind shows of an event's values, and the places whose component it made anew for it."""

    async def show() -> tuple[list[Any], list[int]]:  # with a loop, or Gradio would begin one and leave it open
        with blocks(analytics_enabled=False) as page:
            boxes = [gr.Textbox(elem_id=f"box-{number}") for number in range(outputs)]
            gr.Button().click(lambda: None, None, boxes)
        (event,) = page.fns.values()
        state = SessionState(page)
        data = await page.postprocess_data(event, predictions, state)
        return data, [place for place, box in enumerate(boxes) if state[box._id] is not box]

    return run(show())


@pytest.mark.parametrize(
    "predictions",
    [
        ("one", SKIP, "three"),
        ("one", SKIP, SKIP),
        (SKIP, SKIP, SKIP),
        ["one", gr.Textbox(visible=False), SKIP],
        ("one", "two", "three"),
    ],
)  # fmt: skip
def test_a_page_shows_what_gradio_s_shows(predictions: Any) -> None:
    (ours, made), (theirs, made_by_gradio) = shown(LightBlocks, predictions), shown(gr.Blocks, predictions)
    assert ours == theirs
    assert made == [place for place in made_by_gradio if predictions[place] != SKIP]
    assert len(made_by_gradio) >= list(predictions).count(SKIP), "Gradio's own have become light: ours is not needed"


def test_an_event_with_one_output_is_gradio_s() -> None:
    assert shown(LightBlocks, "one", outputs=1)[0] == shown(gr.Blocks, "one", outputs=1)[0] == ["one"]


def test_too_few_values_are_refused_as_by_gradio() -> None:
    with pytest.raises(ValueError, match="enough output values"):
        shown(LightBlocks, ("one", SKIP))


def test_gradio_makes_no_table_of_events() -> None:
    async def summary() -> Any:
        with LightBlocks(analytics_enabled=False) as page:
            page.queue()
        page._queue.events_recorded = 1_000_000
        event = {"function": "ask", "status": "success", "process_time": 1.0}
        return page._queue.compute_analytics_summary([event]), page._queue.ANALYTICS_MAX_EVENTS

    assert run(summary()) == ({"functions": {}}, 1)
