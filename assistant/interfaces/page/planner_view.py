"""What the planner shows, as HTML. No Gradio here; everything that was written by somebody is escaped."""

from __future__ import annotations

import base64
import html
from collections.abc import Mapping, Sequence

from assistant.calculating.form import Field
from assistant.calculating.planner import Plan
from assistant.calculators.calculator import Text
from assistant.calculators.registry import CALCULATORS, groups
from assistant.interfaces.page.planner_texts import COMPANY_TEXTS, PLANNER_TEXTS
from corpus.document import Language


def calculator_choices(language: Language) -> list[tuple[str, str]]:
    """Titles and names, the group before the title."""
    group_of: Mapping[str, Text] = groups()
    return [
        (f"{group_of[c.name].in_language(language)} · {_capital(c.title.in_language(language))}", c.name)
        for c in CALCULATORS
    ]


def field_info(field: Field, language: Language) -> str:
    """The line below a field's label: its unit, and what an empty field stands for."""
    texts = PLANNER_TEXTS[language]
    if field.standard:  # which says its unit
        return texts["standard"].format(value=field.standard, because=field.because)
    parts = [texts["unit"].format(unit=field.unit)] if field.unit else []
    parts += [field.because] if field.because else []
    return ("；" if language == "zh" else "; ").join(parts)


def field_placeholder(field: Field, language: Language) -> str:
    """What stands in an empty box: the value that is taken, or how one is written."""
    return field.standard or PLANNER_TEXTS[language]["like"].format(example=field.example)


def field_choices(field: Field, language: Language) -> list[tuple[str, str]]:
    """What can be chosen; first what an unchosen field stands for."""
    texts = PLANNER_TEXTS[language]
    if field.standard:
        first = texts["standard_choice"].format(value=field.standard, because=field.because)
    else:
        first = texts["none"].format(because=field.because) if field.because else texts["choose"]
    return [(first, ""), *((choice, choice) for choice in field.choices)]


def plan_html(plan: Plan, curve: str, language: Language) -> str:
    """A result: the value large, its steps, what was assumed, what limits it, the curve, the sources."""
    texts, calculation = PLANNER_TEXTS[language], plan.calculation
    picture = ""
    if curve:
        # As a picture, an SVG runs nothing and its names meet no others of the page.
        encoded = base64.b64encode(curve.encode()).decode()
        alt = html.escape(texts["curve"].format(title=plan.title))
        picture = (
            f'<div class="curve-frame" tabindex="0" role="group" aria-label="{alt}">'
            f'<img class="curve" alt="{alt}" src="data:image/svg+xml;base64,{encoded}"></div>'
        )
    return (
        f'<div class="plan" role="status"><p class="plan-title">{html.escape(_capital(plan.title))}</p>'
        f'<p class="plan-value">{html.escape(plan.value)}</p></div>'
        + _lines(texts["notes"], calculation.notes)
        + picture
        + _lines(texts["steps"], calculation.steps, kind="steps")
        + _lines(texts["assumed"], calculation.assumed)
        + _lines(texts["sources"], calculation.sources, kind="plan-sources")
    )


def cannot_html(message: str, language: Language) -> str:
    """Why there is no result."""
    title = PLANNER_TEXTS[language]["cannot"]
    return f'<div class="plan-missing" role="status"><b>{title}</b><p>{html.escape(message)}</p></div>'


def kept_html(wrong: Mapping[str, str], language: Language) -> str:
    """What came of saving the profile."""
    texts = PLANNER_TEXTS[language]
    if not wrong:
        return f'<p role="status">{texts["kept"]}</p>'
    colon = "：" if language == "zh" else ": "
    lines = "".join(f"<li>{_complaint(key, text, colon, language)}</li>" for key, text in wrong.items())
    return f'<div role="alert"><p>{texts["not_kept"]}</p><ul>{lines}</ul></div>'


def _complaint(key: str, text: str, colon: str, language: Language) -> str:
    label = COMPANY_TEXTS[language][key][0]
    return html.escape(text if text.startswith(label) else f"{label}{colon}{text}")


def _lines(title: str, lines: Sequence[str], *, kind: str = "") -> str:
    if not lines:
        return ""
    items = "".join(f"<li>{html.escape(line)}</li>" for line in lines)
    return f'<section class="{kind}"><h4>{title}</h4><ul>{items}</ul></section>'


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]
