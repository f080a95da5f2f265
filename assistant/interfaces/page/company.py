"""The company profile as a fold of the planner's tab: read, changed, kept on this machine."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import gradio as gr

from assistant.calculating.planner import Planner
from assistant.calculators.units import CURRENCIES
from assistant.errors import SettingsError
from assistant.interfaces.page.asker import asker
from assistant.interfaces.page.planner_texts import COMPANY_TEXTS, PLANNER_TEXTS
from assistant.interfaces.page.planner_view import cannot_html, kept_html
from assistant.profile import describe, keys
from corpus.document import Language

_QUIET: dict[str, Any] = {"api_visibility": "private", "show_progress": "hidden"}


@dataclass(frozen=True, slots=True)
class CompanyParts:
    """The fold's components; `boxes` in the order of the profile's keys."""

    boxes: tuple[gr.Textbox | gr.Dropdown, ...]
    keep: gr.Button
    status: gr.HTML


def build_company(planner: Planner, language: Language) -> CompanyParts:
    """The fold."""
    texts = PLANNER_TEXTS[language]
    with gr.Accordion(texts["company"], open=False, elem_id="company"):
        gr.HTML(f"<p>{texts['company_hint']}</p>")
        with gr.Row():
            boxes = tuple(_box(key, planner, language) for key in keys())
        with gr.Row():
            keep = gr.Button(
                texts["keep"], size="sm", scale=0, min_width=140, interactive=False, elem_id="company-keep"
            )
            status = gr.HTML("", elem_id="company-status")
    return CompanyParts(boxes, keep, status)


def connect_company(
    planner: Planner, language: Language, page: gr.Blocks, parts: CompanyParts, changes: gr.State
) -> None:
    """Wire the events up; `changes` counts, so that whoever shows the profile draws it anew."""
    acts = CompanyActs(planner, language)
    boxes = list(parts.boxes)
    # What is not shown yet must not be saved: empty fields would be forgotten.
    page.load(acts.opened, None, [*boxes, parts.keep], **_QUIET)
    parts.keep.click(acts.keep, [changes, *boxes], [parts.status, changes, *boxes], **_QUIET)


def _box(key: str, planner: Planner, language: Language) -> gr.Textbox | gr.Dropdown:
    label, example = COMPANY_TEXTS[language][key]
    options = {"currency": list(CURRENCIES), "accelerator": planner.accelerators()}.get(key)
    if options is not None:
        return gr.Dropdown([("—", ""), *options], value="", label=label, elem_id=f"company-{key}", min_width=170)
    placeholder = PLANNER_TEXTS[language]["like"].format(example=example)
    return gr.Textbox(
        label=label, placeholder=placeholder, max_length=200, max_lines=1, elem_id=f"company-{key}", min_width=170
    )


class CompanyActs:
    """What the fold's events do."""

    def __init__(self, planner: Planner, language: Language) -> None:
        self._planner = planner
        self._language = language

    def opened(self, request: gr.Request) -> list[Any]:
        """What is known, and the button to keep changes: of what all share, for an admin only."""
        return [*self.shown(), gr.Button(interactive=asker(request).is_admin)]

    def shown(self) -> list[str]:
        """What is known, as people read it."""
        try:
            known = describe(self._planner.company(), self._language)
        except SettingsError:
            return [""] * len(keys())
        return [known.get(key, "") for key in keys()]

    def keep(self, request: gr.Request, changes: int, *values: str | None) -> tuple[Any, ...]:
        """Keep what was changed, and show it as it was read; or say what is wrong, and leave it to be mended."""
        if not asker(request).is_admin:
            return cannot_html(PLANNER_TEXTS[self._language]["admins_only"], self._language), changes, *values
        texts = {key: value or "" for key, value in zip(keys(), values, strict=True)}
        try:
            wrong = self._planner.keep(texts, self._language)
        except SettingsError as error:
            return cannot_html(str(error), self._language), changes, *values
        if wrong:
            return kept_html(wrong, self._language), changes, *values
        return kept_html({}, self._language), changes + 1, *self.shown()
