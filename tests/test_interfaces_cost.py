"""`assistant cost` and `assistant profile`: what is printed, in which language, and what is refused."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import pytest

from assistant.app import Workspace
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
