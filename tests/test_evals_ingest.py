"""The measure of the readers sees what is wrong, and nothing else."""

from __future__ import annotations

from pathlib import Path

import pytest

from evals.ingest import Expected, Read, main

HEAD = "file\torigin\tbytes\topened_as\tpages\tchars_read_by_another_reader\ttags\n"


def expected(opened_as: str = "ok", characters: int | None = 100) -> Expected:
    return Expected("a.pdf", opened_as, characters, "")


@pytest.mark.parametrize(
    ("result", "fault"),
    [
        (Read(expected(), "", 100, 1, 0.1, "text"), ""),
        (Read(expected(), "", 91, 1, 0.1, "text"), ""),
        (Read(expected(), "", 89, 1, 0.1, "text"), "too little"),
        (Read(expected("nonpdf", None), "", 5, 1, 0.1, "text"), ""),
        (Read(expected(), "", 100, 0, 0.1, "text"), "no text"),
        (Read(expected(), "", 100, 1, 0.1, " \n"), "no text"),
        (Read(expected(), "", 100, 1, 31.0, "text"), "too slow"),
        (Read(expected(), "no_text", 0, 0, 0.1), "refused"),
        (Read(expected(characters=0), "no_text", 0, 0, 0.1), ""),
        (Read(expected(characters=0), "timeout", 0, 0, 0.1), "refused"),
        (Read(expected("encrypted-needs-password", None), "encrypted", 0, 0, 0.1), ""),
        (Read(expected("encrypted-needs-password", None), "corrupt", 0, 0, 0.1), "wrong reason"),
        (Read(expected("open-error:FileDataError", None), "corrupt", 0, 0, 0.1), ""),
        (Read(expected("nonpdf", None), "corrupt", 0, 0, 0.1), "refused"),
    ],
)
def test_a_fault_is_named(result: Read, fault: str) -> None:
    assert result.fault == fault


def test_a_folder_is_measured_file_by_file(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "a.txt").write_text("Cash lasts ten months.", encoding="utf-8")
    (tmp_path / "b.txt").touch()
    rows = "a.txt\tx\t22\tok\t1\t22\t\nb.txt\tx\t0\tok\t1\t500\tempty\n"
    (tmp_path / "MANIFEST.tsv").write_text(HEAD + rows, encoding="utf-8")
    assert main([str(tmp_path)]) == 1
    out = capsys.readouterr().out.splitlines()
    assert "read" in out[0]
    assert out[1].endswith("refused")
    assert out[-1].split() == ["all", "2", "1", "1", "1", "1.000", out[-1].split()[-2], "s"]
