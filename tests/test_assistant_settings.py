"""Settings are layered, unknown ones refused by name, and flags win."""

from __future__ import annotations

from pathlib import Path

import pytest

from assistant.errors import SettingsError
from assistant.home import Home
from assistant.settings import Settings


def test_the_default_is_the_laptop_profile(tmp_path: Path) -> None:
    settings = Settings.load(Home(tmp_path))
    assert settings.serving.backend == "auto"
    assert settings.reading.passage_tokens == 440


def test_home_folder_environment_and_flags_win_in_this_order(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    home, folder = Home(tmp_path / "h"), tmp_path / "w"
    for place in (home.folder, folder):
        place.mkdir()
    home.settings.write_text('[serving]\nmax_tokens = 1\nmodel = "a"\nbackend = "embedded"\n', encoding="utf-8")
    (folder / "assistant.toml").write_text("[serving]\nmax_tokens = 2\n", encoding="utf-8")
    assert Settings.load(home, folder=folder).serving.max_tokens == 2
    monkeypatch.setenv("ASSISTANT_MAX_TOKENS", "3")
    settings = Settings.load(home, folder=folder, flags={"backend": "extractive"})
    assert (settings.serving.max_tokens, settings.serving.model, settings.serving.backend) == (3, "a", "extractive")
    assert settings.id != Settings.load(home, folder=folder).id


def test_a_profile_is_chosen_by_name(tmp_path: Path) -> None:
    Home(tmp_path).settings.write_text('profile = "gpu"\n[reading]\nmax_passages = 3\n', encoding="utf-8")
    settings = Settings.load(Home(tmp_path))
    assert (settings.serving.backend, settings.reading.max_passages) == ("vllm", 3)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("[serving]\ntemprature = 1\n", "unknown setting 'temprature' in .serving."),
        ("[sarving]\nx = 1\n", "unknown setting 'sarving'"),
        ('profile = "phone"\n', "no profile is called 'phone'"),
        ('[serving]\nbackend = "magic"\n', "backend must be one of"),
        ("[reading]\nmin_relevance = 7\n", "between 0 and 1"),
        ("[reading]\nmin_relevance_open = -1\n", "min_relevance_open lies between 0 and 1"),
        ('[index]\nembedders = "m3e-small"\n', "list of names"),
        ("[serving\n", "TOML"),
    ],
)
def test_mistakes_are_named(tmp_path: Path, text: str, message: str) -> None:
    Home(tmp_path).settings.write_text(text, encoding="utf-8")
    with pytest.raises(SettingsError, match=message):
        Settings.load(Home(tmp_path))
