"""Pictures of calculators: lines over one input, in either language. The one adapter of matplotlib.

An SVG keeps its text as text, so that whoever opens it sees Chinese in a font of their own; other formats need a font
on this machine. NOT covered: pictures of anything that no calculator computed.
"""

from __future__ import annotations

import logging
import warnings
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from assistant.calculators.calculate import Value, calculate
from assistant.calculators.calculator import Calculator, Curve, Result, Step, input_specs
from assistant.calculators.errors import CalculationError
from assistant.calculators.quantity import given
from assistant.calculators.written import write_amount, write_number, write_unit
from assistant.errors import AssistantError
from corpus.document import Language
from corpus.tables import Tables

_POINTS = 61
_INSTALL = "pip install 'founder-assistant[plot]'"
# Fonts with Chinese glyphs that systems ship; the first that is there is used.
_CHINESE_FONTS = (
    "Noto Sans CJK SC", "Noto Sans SC", "Source Han Sans SC", "PingFang SC", "Hiragino Sans GB", "Microsoft YaHei",
    "SimHei", "WenQuanYi Zen Hei", "WenQuanYi Micro Hei", "Droid Sans Fallback",
)  # fmt: skip


class PlotError(AssistantError):
    """The picture cannot be drawn; the message says what is missing."""


@dataclass(frozen=True, slots=True)
class Line:
    """One step's values over the points of the curve's input."""

    label: str
    values: tuple[float, ...]


@dataclass(frozen=True, slots=True)
class Picture:
    """What is drawn, in one language; `mark` is where the calculation's own value lies on the x axis."""

    title: str
    x_label: str
    y_label: str
    x: tuple[float, ...]
    lines: tuple[Line, ...]
    mark: float | None
    mark_label: str


def plot_curve(
    calculator: Calculator[Any],
    values: Mapping[str, Value],
    result: Result,
    tables: Tables,
    language: Language,
    path: Path,
) -> None:
    """Draw the curve of `calculator` around the calculation `result` made from `values`.

    :raises PlotError: when matplotlib or a font is missing, or the file's ending names no format.
    """
    if calculator.curve is None:
        raise PlotError(f"{calculator.name} has no curve to draw")
    picture = read_curve(calculator, calculator.curve, values, result, tables, language)
    try:
        # An extra that only people who draw have installed, and half a second to load.
        import matplotlib
        from matplotlib.figure import Figure
    except ImportError as error:
        raise PlotError(f"drawing needs matplotlib; install it with: {_INSTALL}") from error
    is_svg = path.suffix.lower() == ".svg"
    # Text stays text in an SVG ("none"), and a price of $2 begins no formula.
    settings = {
        "svg.fonttype": "none",
        "text.parse_math": False,
        "axes.unicode_minus": False,
        "font.family": _fonts(language, path, is_svg=is_svg),
    }
    with matplotlib.rc_context(settings), warnings.catch_warnings():
        if is_svg:
            # Only the reader's machine needs the glyphs; here they are missed while the layout is measured.
            warnings.filterwarnings("ignore", message="Glyph .* missing")
            logging.getLogger("matplotlib.font_manager").setLevel(logging.ERROR)
        figure = Figure(figsize=(8, 5), layout="constrained")
        _draw(figure, picture, language)
        try:
            figure.savefig(path)
        except ValueError as error:
            raise PlotError(f"{path.name}: {error}") from error


def read_curve(
    calculator: Calculator[Any],
    curve: Curve,
    values: Mapping[str, Value],
    result: Result,
    tables: Tables,
    language: Language,
) -> Picture:
    """Calculate every point of the curve. A point without a value leaves a gap."""
    spec = input_specs(calculator.inputs)[curve.over]
    end = curve.until(result)
    x = [end * (curve.starts_at + (1 - curve.starts_at) * point / (_POINTS - 1)) for point in range(_POINTS)]
    found = [_steps(calculator, {**values, curve.over: given(at, spec.unit, spec.symbol)}, tables) for at in x]
    seen = {symbol: step for steps in found for symbol, step in steps.items()}
    drawn = [seen[symbol] for symbol in curve.lines if symbol in seen]
    unit = drawn[0].unit
    lines = tuple(
        Line(
            step.label.in_language(language),
            tuple(steps[step.symbol].quantity.to(unit) if step.symbol in steps else float("nan") for steps in found),
        )
        for step in drawn
    )
    mark = result.value.to(spec.unit) if result.value.is_in(spec.unit) and spec.unit else None
    return Picture(
        title=result.title.in_language(language),
        x_label=_axis(spec.label.in_language(language), spec.unit, language),
        y_label=_axis(drawn[0].label.in_language(language) if len(drawn) == 1 else "", unit, language),
        x=tuple(x),
        lines=lines,
        mark=mark if mark is not None and x[0] < mark < x[-1] else None,
        mark_label="" if mark is None else write_amount(mark, spec.unit, language),
    )


def _steps(calculator: Calculator[Any], values: Mapping[str, Value], tables: Tables) -> dict[str, Step]:
    try:
        return {step.symbol: step for step in calculate(calculator, values, tables).steps}
    except CalculationError:
        return {}


def _axis(label: str, unit: str, language: Language) -> str:
    written = write_unit(unit, language)
    if not label or not written:
        return label or written
    return f"{label}（{written}）" if language == "zh" else f"{label} ({written})"


def _fonts(language: Language, path: Path, *, is_svg: bool) -> list[str]:
    if language == "en":
        return ["sans-serif"]
    if is_svg:
        return [*_CHINESE_FONTS, "sans-serif"]
    from matplotlib import font_manager  # with the rest of it: see plot_curve

    installed = set(font_manager.get_font_names())
    found = [font for font in _CHINESE_FONTS if font in installed]
    if not found:
        raise PlotError(
            f"本机没有中文字体，无法画 {path.name}：请改用 .svg，或安装 Noto Sans CJK，或加 --lang en · "
            f"no font of this machine has Chinese characters for {path.name}: draw an .svg, or install Noto Sans CJK"
        )
    return [found[0], "sans-serif"]


def _draw(figure: Any, picture: Picture, language: Language) -> None:  # noqa: ANN401 - a type of the optional library
    axes = figure.add_subplot()
    for line in picture.lines:
        axes.plot(picture.x, line.values, label=line.label, linewidth=2)
    if picture.mark is not None:
        axes.axvline(picture.mark, color="0.4", linestyle="--", linewidth=1)
        axes.annotate(
            picture.mark_label,
            (picture.mark, 1),
            xycoords=("data", "axes fraction"),
            xytext=(4, -12),
            textcoords="offset points",
        )
    axes.set_title(picture.title)
    axes.set_xlabel(picture.x_label)
    axes.set_ylabel(picture.y_label)
    axes.margins(x=0)
    axes.grid(alpha=0.3)
    for axis in (axes.xaxis, axes.yaxis):
        axis.set_major_formatter(lambda value, _position: write_number(value, language))
    if len(picture.lines) > 1:
        # Below and without a frame: the width of Chinese text is not known here.
        figure.legend(loc="outside lower center", frameon=False)
