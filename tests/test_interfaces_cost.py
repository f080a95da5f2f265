"""`assistant cost` and `assistant profile`: what is printed, in which language, and what is refused."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from pathlib import Path

import pytest

from assistant.app import Workspace
from assistant.calculators.calculator import Calculator, input_specs
from assistant.calculators.registry import CALCULATORS
from assistant.home import Home
from assistant.interfaces.cli import main
from assistant.settings import Settings

RUNWAY = ("runway", "--cash", "$3M", "--burn", "$200k/month")
OWN_PRICE = """
[sources.quote]
name = "Written quote of our supplier"
address = "https://example.com/quote"
date = "2026-11-01"

[[gpu_prices]]
id = "ours"
name = "H100"
section = "h100-large-clouds"
accelerator = "h100-sxm"
provider = "Acme"
terms = "on-demand"
price_usd_per_hour = 1.25
as_of = "2026-11-01"
status = "verified"
sources = ["quote"]
"""


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Home:
    for name in ("LC_ALL", "LC_MESSAGES", "LANG"):
        monkeypatch.delenv(name, raising=False)
    return Home(tmp_path / "home")


def cost(home: Home, *arguments: str) -> int:
    return main(["cost", *arguments, "--home", str(home.folder)])


def record(home: Home, capsys: pytest.CaptureFixture[str], *arguments: str) -> dict[str, object]:
    capsys.readouterr()
    assert cost(home, *arguments, "--json") == 0
    found: dict[str, object] = json.loads(capsys.readouterr().out)
    return found


def test_without_a_name_every_calculator_is_listed_with_an_example(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["cost"]) == 0
    out = capsys.readouterr().out
    assert all(f"assistant cost {calculator.name} {calculator.example}" in out for calculator in CALCULATORS)


def test_every_printed_example_survives_a_shell(home: Home, capsys: pytest.CaptureFixture[str]) -> None:
    """What is printed is pasted: bash must hand on `$3M` as it stands."""
    script = "; echo; ".join(f"printf '%s\\0' {calculator.name} {calculator.example}" for calculator in CALCULATORS)
    shell = subprocess.run(["bash", "-c", script], capture_output=True, text=True, check=True)
    lines = shell.stdout.split("\n")
    assert len(lines) == len(CALCULATORS)
    for line in lines:
        assert cost(home, *line.rstrip("\0").split("\0")) == 0, capsys.readouterr().err


@pytest.mark.parametrize("calculator", CALCULATORS, ids=[calculator.name for calculator in CALCULATORS])
def test_an_explanation_is_for_people(
    calculator: Calculator[object], home: Home, capsys: pytest.CaptureFixture[str]
) -> None:
    assert cost(home, calculator.name, "--explain") == 0
    out = capsys.readouterr().out
    assert ":raises" not in out
    assert "(facts" not in out
    known = {known.name for known in CALCULATORS} | set(input_specs(calculator.inputs))
    symbols = {spec.symbol for spec in input_specs(calculator.inputs).values()}
    assert set(re.findall(r"`([^`]+)`", out)) <= known | symbols


def test_an_explanation_says_what_stands_in_for_an_input(home: Home, capsys: pytest.CaptureFixture[str]) -> None:
    assert cost(home, "carbon", "--explain") == 0
    out = capsys.readouterr().out
    assert "[tCO2e / MWh] – default 0.385 tonnes CO2e per MWh (average of the United States" in out
    assert re.search(r"--hours .*\[accelerator \* hour\]$", out, re.MULTILINE)


@pytest.mark.parametrize(
    ("arguments", "begins"),
    [
        (("error-budget", "--target", "99.9%", "--downtime", "10min"), "left of the error budget: 33.2 minutes"),
        (("error-budget", "--target", "99.9%", "--errors", "0.4%"), "time until the budget is empty: 180 hours"),
        (("error-budget", "--target", "99.9%", "--burn-rate", "4"), "time until the budget is empty: 180 hours"),
        ((*RUNWAY, "--after", "6months"), "cash left then: $1.8 million"),
        (("runway", "--burn", "$200k/month", "--lasting", "18months"), "cash needed for that time: $3.6 million"),
        ((*RUNWAY, "--lasting", "18months"), "runway: 15 months"),
    ],
)
def test_the_first_line_answers_what_the_inputs_ask_for(
    arguments: tuple[str, ...], begins: str, home: Home, capsys: pytest.CaptureFixture[str]
) -> None:
    assert cost(home, *arguments) == 0
    assert capsys.readouterr().out.startswith(begins)


def test_a_card_that_costs_four_days_of_its_rent_is_refused(home: Home, capsys: pytest.CaptureFixture[str]) -> None:
    assert cost(home, "rent-vs-buy", "--price", "$1.9/h", "--purchase", "$80") == 2
    assert "cannot be meant" in capsys.readouterr().err


def test_the_record_holds_what_a_program_needs(home: Home, capsys: pytest.CaptureFixture[str]) -> None:
    found = record(home, capsys, *RUNWAY)
    assert found == {
        "name": "runway",
        "inputs": {"cash": "$3 million", "burn": "$200,000 a month"},
        "formula": "T = M ÷ b",
        "steps": ["runway T = M ÷ b = $3 million ÷ $200,000 a month = 15 months"],
        "value": "15",
        "unit": "month",
        "sources": [],
        "assumed": [],
        "notes": [],
    }


def test_the_language_is_that_of_the_environment_or_the_flag(
    home: Home, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    assert cost(home, *RUNWAY) == 0
    assert "15 months" in capsys.readouterr().out
    monkeypatch.setenv("LANG", "zh_CN.UTF-8")
    assert cost(home, *RUNWAY) == 0
    assert "300 万美元 ÷ 每月 20 万美元 = 15 个月" in capsys.readouterr().out
    assert cost(home, *RUNWAY, "--lang", "en") == 0
    assert "15 months" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["runway", "--cash", "$3M"], "(--burn)"),
        (["runway", "--cash", "3000000", "--burn", "$1/month"], "--cash '3000000' cannot be read"),
        (["runway", "--cash", "$3M", "--burn", "20万元/月"], "in one currency"),
        (["runway", "--cash", "$3M", "--burn", "$0/month"], "does not run out"),
        (["train", "--parameters", "7B", "--tokens", "2T", "--accelerator", "abacus"], "must be one of"),
        (["train", "--parameters", "7B", "--tokens", "2T", "--mfu", "140%"], "cannot be meant"),
    ],
)
def test_what_cannot_be_computed_is_said_and_exits_with_2(
    home: Home, capsys: pytest.CaptureFixture[str], arguments: list[str], message: str
) -> None:
    assert cost(home, *arguments) == 2
    out, err = capsys.readouterr()
    assert message in err
    assert out == ""


def test_the_formula_is_explained_without_inputs(home: Home, capsys: pytest.CaptureFixture[str]) -> None:
    assert cost(home, "carbon", "--explain") == 0
    out = capsys.readouterr().out
    assert "arXiv 2302.13971" in out
    assert "--electricity" in out


def test_a_price_of_the_users_own_goes_before_the_shipped_ones(home: Home, capsys: pytest.CaptureFixture[str]) -> None:
    train = ("train", "--parameters", "7B", "--tokens", "2T")
    before = record(home, capsys, *train)
    assert any("months old" in note for note in before["notes"])  # type: ignore[attr-defined]
    home.folder.mkdir(parents=True)
    home.prices.write_text(OWN_PRICE, encoding="utf-8")
    after = record(home, capsys, *train)
    assert float(str(after["value"])) == pytest.approx(float(str(before["value"])) * 1.25 / 3.45, rel=1e-3)
    assert any("your own on-demand price of Acme, as of 2026-11-01" in line for line in after["assumed"])  # type: ignore[attr-defined]
    assert any("Written quote" in line for line in after["sources"])  # type: ignore[attr-defined]


def test_the_table_that_is_cited_is_made_from_the_users_prices_and_indexed_again(home: Home) -> None:
    def wanted() -> str:
        return workspace.collection("default").wanted_generation([])

    workspace = Workspace(home, Settings.load(home))
    before = wanted()
    assert wanted() == before
    home.folder.mkdir(parents=True)
    home.prices.write_text(OWN_PRICE, encoding="utf-8")
    assert wanted() != before
    documents = {document.id: document for document in workspace.collection("default").documents()}
    assert "$1.25" in documents["table-gpu-prices-en"].text
    assert documents["table-gpu-prices-en"].twin in documents


def test_a_price_file_that_breaks_the_form_is_named(home: Home, capsys: pytest.CaptureFixture[str]) -> None:
    home.folder.mkdir(parents=True)
    home.prices.write_text(OWN_PRICE.replace("1.25", '"cheap"'), encoding="utf-8")
    assert cost(home, *RUNWAY) == 2
    assert "prices.toml: row 'ours': price_usd_per_hour must be" in capsys.readouterr().err


def test_a_curve_is_drawn_with_text_that_any_viewer_can_set(home: Home, tmp_path: Path) -> None:
    for calculator in (known for known in CALCULATORS if known.curve):
        import shlex

        file = tmp_path / f"{calculator.name}.svg"
        assert cost(home, calculator.name, *shlex.split(calculator.example), "--lang", "zh", "--plot", str(file)) == 0
        assert calculator.title.zh in file.read_text(encoding="utf-8")


def test_a_file_that_is_no_picture_and_a_missing_library_are_said(
    home: Home, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    assert cost(home, *RUNWAY, "--plot", str(tmp_path / "x.docx")) == 2
    assert "docx" in capsys.readouterr().err
    monkeypatch.setitem(sys.modules, "matplotlib", None)
    assert cost(home, *RUNWAY, "--plot", str(tmp_path / "x.svg")) == 2
    assert "pip install 'founder-assistant[plot]'" in capsys.readouterr().err


def test_chinese_in_a_png_needs_a_font_and_says_so(
    home: Home, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("matplotlib.font_manager.get_font_names", lambda: ["DejaVu Sans"])
    assert cost(home, *RUNWAY, "--lang", "zh", "--plot", str(tmp_path / "x.png")) == 2
    assert "中文字体" in capsys.readouterr().err
    assert not (tmp_path / "x.png").exists()
    assert cost(home, *RUNWAY, "--lang", "en", "--plot", str(tmp_path / "x.png")) == 0


def profile(home: Home, *arguments: str) -> int:
    return main(["profile", *arguments, "--home", str(home.folder)])


def test_the_profile_is_set_shown_used_and_cleared(home: Home, capsys: pytest.CaptureFixture[str]) -> None:
    assert profile(home, "set", "cash", "$3M") == 0
    assert profile(home, "set", "monthly_burn", "$200k/month") == 0
    assert profile(home, "set", "stage", "seed") == 0
    capsys.readouterr()
    assert profile(home, "show") == 0
    assert "$200,000 a month" in capsys.readouterr().out
    found = record(home, capsys, "runway")
    assert found["value"] == "15"
    assert "cash: $3 million (from the company profile)" in found["assumed"]  # type: ignore[operator]
    assert profile(home, "clear") == 0
    assert cost(home, "runway") == 2


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["set", "cash", "3000000"], "cannot be read"),
        (["set", "currency", "JPY"], "must be one of USD"),
        (["set", "accelerator", "abacus"], "no accelerator is called"),
        (["set", "headcount", "-3"], "headcount cannot be -3"),
        (["clear", "colour"], "no 'colour'"),
    ],
)
def test_what_a_company_cannot_have_is_refused(
    home: Home, capsys: pytest.CaptureFixture[str], arguments: list[str], message: str
) -> None:
    assert profile(home, *arguments) == 2
    assert message in capsys.readouterr().err
    assert not home.profile.exists()
