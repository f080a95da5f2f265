"""The API's calculators and its check of any text: nothing is kept, no model is asked."""

from __future__ import annotations

from dataclasses import asdict
from typing import Annotated, Any

from fastapi import APIRouter, HTTPException
from pydantic import BaseModel, ConfigDict, Field

from assistant.calculating.form import EXAMPLES, example_texts
from assistant.calculating.planner import Planner
from assistant.calculators.calculator import Calculator, InputSpec, Text, input_specs
from assistant.calculators.errors import BadInputError, CalculationError, MissingInputError
from assistant.calculators.registry import CALCULATORS, find_calculator, groups
from assistant.checking import check_record, check_text
from corpus.document import Document, Language, Section, text_fingerprint
from corpus.language import document_language
from corpus.markdown import split_sections

# A check holds every source in memory and searches it anew.
_MOST_SOURCES = 50
_MOST_CHARACTERS = 1_000_000


class Cost(BaseModel):
    """The inputs of a calculator, each as a person writes it: `7B`, `$2.5/h`, `40%`, `h100-sxm`."""

    model_config = ConfigDict(extra="forbid")

    inputs: dict[str, Annotated[str, Field(max_length=200)]] = Field({}, max_length=50)
    language: Language = "en"


class Source(BaseModel):
    """A text that a check may cite."""

    model_config = ConfigDict(extra="forbid")

    name: str = Field(min_length=1, max_length=500)
    text: str = Field(min_length=1, max_length=_MOST_CHARACTERS)


class Check(BaseModel):
    """A text with the sources that should say it."""

    model_config = ConfigDict(extra="forbid")

    text: str = Field(min_length=1, max_length=100_000)
    sources: list[Source] = Field(min_length=1, max_length=_MOST_SOURCES)


def build_cost_api(planner: Planner) -> APIRouter:
    """The routes."""
    router = APIRouter()

    @router.get("/api/cost", summary="The calculators, with their inputs")
    def listed() -> list[dict[str, Any]]:
        group_of = groups()
        return [_described(calculator, group_of[calculator.name]) for calculator in CALCULATORS]

    @router.post(
        "/api/cost/{name}", summary="Calculate; what is not given comes from the company profile or the tables"
    )
    def cost(name: str, asked: Cost) -> dict[str, Any]:
        calculator = find_calculator(name)
        if calculator is None:
            message = Text(f"there is no calculator {name!r}; GET /api/cost lists them",
                           f"没有名为 {name!r} 的计算器；GET /api/cost 列出全部")  # fmt: skip
            raise HTTPException(404, {"reason": "no_calculator", "message": message.in_language(asked.language)})
        try:
            return asdict(planner.plan(calculator, asked.inputs, asked.language).calculation)
        except CalculationError as error:
            raise HTTPException(422, _complaint(error, asked.language)) from error

    @router.post("/api/check", summary="Check a text against sources, sentence by sentence")
    def check(asked: Check) -> dict[str, Any]:
        documents = {document.id: document for document in map(_document, asked.sources)}
        return check_record(check_text(asked.text, documents.values()))

    return router


def _document(source: Source) -> Document:
    """A source with its Markdown headings as sections; its name is what citations are addressed with."""
    text = source.text
    return Document(
        id=f"given-{text_fingerprint(source.name, text)[:16]}",
        title=source.name,
        language=document_language(text),
        text=text,
        sections=split_sections(text) or (Section("", 0, len(text)),),
        address=source.name,
        sha256=text_fingerprint(text),
    )


def _complaint(error: CalculationError, language: Language) -> dict[str, Any]:
    """Why there is no result, and which inputs it is about."""
    reason, names = "no_value", list[str]()
    if isinstance(error, MissingInputError):
        reason, names = "missing_input", list(error.names)
    elif isinstance(error, BadInputError):
        reason, names = "bad_input", [error.name]
    return {"reason": reason, "inputs": names, "message": error.text.in_language(language)}


def _described(calculator: Calculator[Any], group: Text) -> dict[str, Any]:
    specs = input_specs(calculator.inputs)
    return {
        "name": calculator.name,
        "group": asdict(group),
        "title": asdict(calculator.title),
        "unit": calculator.unit,
        "inputs": {name: _described_input(spec) for name, spec in specs.items()},
        "example": example_texts(calculator),
    }


def _described_input(spec: InputSpec) -> dict[str, Any]:
    """`default` is in `unit`; what is `found` needs not be given, because the tables or another input say it."""
    return {
        "label": asdict(spec.label),
        "kind": spec.kind,
        "unit": spec.unit,
        "written_like": EXAMPLES.get(spec.unit, "") if spec.kind == "number" else "",
        "choices": list(spec.choices),
        "default": spec.default,
        "because": asdict(spec.because) if spec.because else None,
        "optional": spec.optional,
        "found": bool(spec.lookup or spec.hourly_price_of or spec.of_model),
    }
