"""What the user said about the company: kept in the home, used as inputs of calculations, never sent anywhere.

Plain values in one TOML file; the one adapter of tomlkit. What a calculation takes from here is marked in its record.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields, replace
from pathlib import Path
from typing import Any

import tomlkit

from assistant.calculating.flags import read_flag
from assistant.calculators.calculate import Value, calculate
from assistant.calculators.calculator import Calculator, InputSpec, Result, Text, input_specs
from assistant.calculators.errors import BadInputError
from assistant.calculators.quantity import Quantity, given
from assistant.calculators.units import CURRENCIES
from assistant.calculators.written import write_quantity
from assistant.errors import SettingsError
from corpus.document import Language
from corpus.tables import Tables

FROM_PROFILE = Text("from the company profile", "取自公司档案")
_LONGEST_TEXT = 200
_WORDS = ("stage", "product")
# How a value is read: as the input of a calculator is.
_SPECS = {
    "headcount": InputSpec(Text("headcount", "人数"), "person", most=1e6),
    "cash": InputSpec(Text("cash", "现金"), "CUR", most=1e12),
    "monthly_burn": InputSpec(Text("monthly burn", "每月净消耗"), "CUR / month", most=1e11),
    "accelerator": InputSpec(Text("accelerator", "加速卡"), kind="accelerator"),
    "accelerators": InputSpec(Text("accelerators", "加速卡数量"), "accelerator", most=1e7),
    "traffic": InputSpec(Text("traffic", "流量"), "request / month", most=1e15),
}
# calculator -> its inputs that the profile may fill, with the other input that makes each one needless.
_USED = {
    "runway": {"cash": ("cash", ""), "burn": ("monthly_burn", "spending")},
    "burn-multiple": {"monthly_burn": ("monthly_burn", "burn")},
    "team-cost": {"people": ("headcount", "")},
    "api-cost": {"requests": ("traffic", "")},
    "fleet": {"requests": ("traffic", "")},
    "train": {"accelerators": ("accelerators", "")},
    "interruptions": {"accelerators": ("accelerators", "")},
    "reserved-vs-spot": {"accelerators": ("accelerators", "")},
    "api-vs-own": {"accelerators": ("accelerators", "")},
}


@dataclass(frozen=True, slots=True)
class Company:
    """A company; what is not known is None or empty. Money is in `currency`, `traffic` in requests a month."""

    stage: str = ""
    product: str = ""
    headcount: float | None = None
    currency: str = ""
    cash: float | None = None
    monthly_burn: float | None = None
    accelerator: str = ""
    accelerators: float | None = None
    traffic: float | None = None

    def __post_init__(self) -> None:
        """:raises SettingsError: naming the key whose value cannot be meant."""
        for key in _WORDS:
            if len(getattr(self, key)) > _LONGEST_TEXT:
                raise SettingsError(f"{key} is longer than {_LONGEST_TEXT} characters")
        if self.currency not in ("", *CURRENCIES):
            raise SettingsError(f"currency must be one of {', '.join(CURRENCIES)}, not {self.currency!r}")
        for key, spec in _SPECS.items():
            value = getattr(self, key)
            if not isinstance(value, float | int):
                continue
            if "CUR" in spec.unit and not self.currency:
                raise SettingsError(f"{key} is {value:g} in which currency? Set `currency` as well")
            least = (
                -(spec.most or 0) if key == "monthly_burn" else 0
            )  # who earns more than they spend burns less than 0
            if not least <= value <= (spec.most or 0):
                raise SettingsError(f"{key} cannot be {value:g}; possible: {least:g} to {spec.most:g}")

    @classmethod
    def load(cls, path: Path) -> Company:
        """The profile in `path`; an empty one where there is none.

        :raises SettingsError: naming the key that is unknown or of the wrong kind.
        """
        if not path.is_file():
            return cls()
        try:
            found = tomllib.loads(path.read_text(encoding="utf-8"))
        except (OSError, ValueError) as error:
            raise SettingsError(f"{path} cannot be read as TOML: {error}") from error
        for key, value in found.items():
            _check(key, value, path)
        try:
            return cls(**found)
        except SettingsError as error:
            raise SettingsError(f"{path}: {error}") from error

    def save(self, path: Path) -> None:
        """Write what is known; comments of the user in the file stay."""
        known = tomlkit.parse(path.read_text(encoding="utf-8")) if path.is_file() else tomlkit.document()
        for key, value in asdict(self).items():
            if value not in ("", None):
                known[key] = int(value) if isinstance(value, float) and value.is_integer() else value
            else:
                known.pop(key, None)
        path.parent.mkdir(parents=True, exist_ok=True)
        partial = path.with_name(path.name + ".partial")
        partial.write_text(tomlkit.dumps(known), encoding="utf-8")
        partial.replace(path)

    def amounts(self) -> dict[str, Value]:
        """Everything that a calculation can use, by key."""
        found: dict[str, Value] = {"accelerator": self.accelerator} if self.accelerator else {}
        for key, spec in _SPECS.items():
            value = getattr(self, key)
            if isinstance(value, float | int):
                found[key] = given(value, spec.unit.replace("CUR", self.currency), "")
        return found


NO_COMPANY = Company()


def keys() -> tuple[str, ...]:
    """What may be known about a company."""
    return tuple(field.name for field in fields(Company))


def with_value(company: Company, key: str, text: str, tables: Tables) -> Company:
    """`company` with `key` read from `text`: `cash` from `$3M`, `accelerator` from `H100`, `traffic` from `50k/day`.

    :raises BadInputError: when the text is no such amount, or names no currency where none is known.
    :raises SettingsError: when there is no such key, or the currency is another one than that of the profile.
    """
    if key not in keys():
        raise SettingsError(f"a company has no {key!r}; there are: {', '.join(keys())}")
    changed: dict[str, Any] = {key: text.strip()}
    if key in _WORDS:
        return replace(company, **changed)
    if key == "currency":
        return _with_currency(company, text.strip().upper())
    spec = _SPECS[key]
    try:
        value = read_flag(key, spec, text, tables)
    except BadInputError:
        if "CUR" not in spec.unit or not company.currency:
            raise
        value = read_flag(key, spec, f"{company.currency} {text}", tables)
    if isinstance(value, str):
        if value not in tables.accelerators.rows:
            raise SettingsError(f"no accelerator is called {value!r}; there are: {', '.join(tables.accelerators.rows)}")
        return replace(company, accelerator=value)
    if "CUR" in spec.unit:
        company = _with_currency(company, value.currency)
    changed = {key: value.to(value.unit)}
    return replace(company, **changed)


def company_inputs(company: Company, calculator: Calculator[Any], values: Mapping[str, Value]) -> dict[str, Value]:
    """What the profile gives to `calculator` besides the `values` of the question; money only in their currency."""
    specs = input_specs(calculator.inputs)
    amounts = company.amounts()
    wanted = {name: key for name, (key, needless_with) in _USED.get(calculator.name, {}).items()
              if needless_with not in values}  # fmt: skip
    wanted |= {name: "accelerator" for name, spec in specs.items() if spec.kind == "accelerator"}
    found = {name: amounts[key] for name, key in wanted.items() if key in amounts and name not in values}
    currencies = {value.currency for value in values.values() if isinstance(value, Quantity)} & set(CURRENCIES)
    return {
        name: value
        for name, value in found.items()
        if not (isinstance(value, Quantity) and value.currency in CURRENCIES and currencies - {value.currency})
    }


def calculate_for(company: Company, calculator: Calculator[Any], values: Mapping[str, Value], tables: Tables) -> Result:
    """The calculation with the profile in place of inputs that were not given; each one says where it is from."""
    known = company_inputs(company, calculator, values)
    result = calculate(calculator, {**known, **values}, tables)
    inputs = tuple(replace(read, assumed=FROM_PROFILE) if read.name in known else read for read in result.inputs)
    return replace(result, inputs=inputs)


def describe(company: Company, language: Language) -> dict[str, str]:
    """The profile as people read it, by key; for the page and for the model's context."""
    told = {key: str(getattr(company, key)) for key in keys() if getattr(company, key) not in ("", None)}
    for key, value in company.amounts().items():
        if isinstance(value, Quantity):
            told[key] = write_quantity(value, language)
    return told


def _with_currency(company: Company, code: str) -> Company:
    if company.currency not in ("", code) and (company.cash is not None or company.monthly_burn is not None):
        raise SettingsError(
            f"the profile's money is in {company.currency} and nothing is converted: clear it first with "
            "`assistant profile clear cash monthly_burn`"
        )
    return replace(company, currency=code)


def _check(key: str, value: object, path: Path) -> None:
    if key not in keys():
        raise SettingsError(f"{path}: a company has no {key!r}; there are: {', '.join(keys())}")
    is_text = key in _WORDS or key in ("currency", "accelerator")
    if isinstance(value, bool) or not isinstance(value, str if is_text else (int, float)):
        raise SettingsError(f"{path}: {key} must be {'a text' if is_text else 'a number'}, not {value!r}")
