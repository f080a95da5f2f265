"""The planner's tab: a calculator's inputs as a form, its result while one types, and the way into the chat."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import gradio as gr

from assistant.calculating.form import Field
from assistant.calculating.planner import Planner
from assistant.calculators.errors import CalculationError
from assistant.calculators.registry import CALCULATORS, find_calculator
from assistant.errors import SettingsError
from assistant.interfaces.page.planner_texts import PLANNER_TEXTS
from assistant.interfaces.page.planner_view import (
    calculator_choices,
    cannot_html,
    field_choices,
    field_info,
    field_placeholder,
    plan_html,
)
from corpus.document import Language

_QUIET: dict[str, Any] = {"api_visibility": "private", "show_progress": "hidden"}


@dataclass(frozen=True, slots=True)
class PlannerParts:
    """The tab's components. `question`, hidden, is what can be asked about the result; `profile` counts its changes."""

    calculator: gr.Dropdown
    form: gr.Column
    result: gr.HTML
    question: gr.Textbox
    ask: gr.Button
    profile: gr.State


def build_planner(language: Language) -> PlannerParts:
    """The tab's content, but for the form: that is drawn for each calculator anew."""
    texts = PLANNER_TEXTS[language]
    profile = gr.State(0)
    with gr.Row():
        with gr.Column(scale=4, min_width=320):
            calculator = gr.Dropdown(
                calculator_choices(language), value=CALCULATORS[0].name, label=texts["calculator"],
                elem_id="calculator",
            )  # fmt: skip
            form = gr.Column(elem_id="plan-form")
        with gr.Column(scale=5, min_width=320, elem_id="plan-side"):
            result = gr.HTML(f"<p>{texts['waiting']}</p>", elem_id="plan")
            ask = gr.Button(texts["ask_about"], visible=False, elem_id="plan-ask")
            question = gr.Textbox(visible="hidden", elem_id="plan-question")
    return PlannerParts(calculator, form, result, question, ask, profile)


def connect_planner(
    planner: Planner, language: Language, tab: gr.Tab, parts: PlannerParts, tabs: gr.Tabs, chat_question: gr.Textbox
) -> None:
    """Wire the events up; `chat_question` in the tab "chat" of `tabs` is where a result is asked about."""
    with parts.form:
        drawn = gr.render([parts.calculator, parts.profile], show_progress="hidden")
        drawn(lambda name, _: _draw_form(planner, name, language, parts))

    # What needs no input, or what is missing: before anything is written, and when the profile changed.
    for trigger in (tab.select, parts.calculator.change, parts.profile.change):
        trigger(
            lambda name: PlanActs(planner, name, language, ()).plan(), parts.calculator,
            [parts.result, parts.question, parts.ask], **_QUIET,
        )  # fmt: skip
    parts.ask.click(
        lambda question: (gr.Tabs(selected="chat"), question), parts.question, [tabs, chat_question], **_QUIET
    )


def _draw_form(planner: Planner, name: str, language: Language, parts: PlannerParts) -> None:
    """The fields of one calculator: those that must be known first, the others in a fold."""
    calculator = find_calculator(name)
    if calculator is None:
        return
    try:
        fields = planner.fields(calculator, language)
    except SettingsError as error:
        gr.HTML(cannot_html(str(error), language))
        return
    first = [field for field in fields if field.required or field.in_example or field.name == "model"]
    rest = [field for field in fields if field not in first]
    boxes = {field.name: _draw_field(field, language) for field in first}
    if rest:
        with gr.Accordion(PLANNER_TEXTS[language]["more"], open=False, elem_id="plan-more"):
            boxes |= {field.name: _draw_field(field, language) for field in rest}
    acts = PlanActs(planner, name, language, tuple(boxes))
    shown = [parts.result, parts.question, parts.ask]
    inputs = list(boxes.values())
    # One event for all the boxes: of two, the older could end later and leave its result standing.
    gr.on([box.change for box in inputs], acts.plan, inputs, shown, trigger_mode="always_last", **_QUIET)


def _draw_field(field: Field, language: Language) -> gr.Textbox | gr.Dropdown:
    label = field.label[:1].upper() + field.label[1:]
    if field.choices:
        return gr.Dropdown(
            field_choices(field, language), value="", label=label, elem_id=f"input-{field.name}", min_width=120
        )
    return gr.Textbox(
        label=label, info=field_info(field, language) or None, placeholder=field_placeholder(field, language),
        max_length=200, max_lines=1, elem_id=f"input-{field.name}", min_width=120,
    )  # fmt: skip


class PlanActs:
    """What the form of one calculator does."""

    def __init__(self, planner: Planner, name: str, language: Language, names: tuple[str, ...]) -> None:
        self._planner = planner
        self._name = name
        self._language = language
        self._names = names

    def plan(self, *values: str | None) -> tuple[str, str, gr.Button]:
        """The result of what was written, or why there is none."""
        texts = {name: value or "" for name, value in zip(self._names, values, strict=True)}
        calculator = find_calculator(self._name)
        try:
            if calculator is None:
                return "", "", gr.Button(visible=False)
            plan = self._planner.plan(calculator, texts, self._language)
            curve = self._planner.curve(calculator, texts, self._language)
        except CalculationError as error:
            message = error.text.in_language(self._language)
            return cannot_html(message, self._language), "", gr.Button(visible=False)
        except SettingsError as error:
            return cannot_html(str(error), self._language), "", gr.Button(visible=False)
        return plan_html(plan, curve, self._language), plan.question, gr.Button(visible=True)
