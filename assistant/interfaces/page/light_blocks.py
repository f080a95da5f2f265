"""Gradio's blocks, in which what stays as it is costs nothing.

Gradio makes a component anew for every output that is skipped, on the one thread that serves everybody: for the six
that an answer leaves alone at each redrawing that took longer than all the rest of showing its next words.
"""

from __future__ import annotations

import copy
from typing import Any

import gradio as gr

SKIP: dict[str, Any] = gr.skip()


class LightBlocks(gr.Blocks):  # type: ignore[misc]
    """A page whose events may skip outputs for nothing."""

    async def postprocess_data(self, block_fn: Any, predictions: Any, state: Any) -> list[Any]:  # noqa: ANN401 - Gradio's
        """See `gr.Blocks`: what is skipped is not shown to it."""
        if not isinstance(predictions, list | tuple) or not 1 < len(block_fn.outputs) == len(predictions):
            return list(await super().postprocess_data(block_fn, predictions, state))
        changed = [place for place, value in enumerate(predictions) if value != SKIP]
        shown: list[Any] = [dict(SKIP) for _ in predictions]
        if not changed:
            return shown
        of_changed = copy.copy(block_fn)
        of_changed.outputs = [block_fn.outputs[place] for place in changed]
        values = [predictions[place] for place in changed]
        # To a function with one output Gradio gives its value bare.
        made = await super().postprocess_data(of_changed, values if len(values) > 1 else values[0], state)
        for place, value in zip(changed, made, strict=True):
            shown[place] = value
        return shown
