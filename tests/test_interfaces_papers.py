"""`assistant library fetch-papers`: asked for, fetched, added with page numbers, and told when it fails."""

from __future__ import annotations

import functools
import http.server
import json
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from assistant.home import Home
from assistant.interfaces.cli import main

ATTENTION, GPT3 = "1706.03762", "2005.14165"


class Quiet(http.server.SimpleHTTPRequestHandler):
    """Serves a folder without a line a request."""

    def log_message(self, format: str, *args: object) -> None:
        """Say nothing."""


@pytest.fixture
def mirror(tmp_path: Path) -> Iterator[str]:
    """A server with one of the two papers, laid out as arXiv does."""
    (tmp_path / "served" / "pdf").mkdir(parents=True)
    page = b"BT /F1 11 Tf 72 700 Td (Attention replaces recurrence in the whole encoder.) Tj ET"
    (tmp_path / "served" / "pdf" / ATTENTION).write_bytes(one_page(page))
    handler = functools.partial(Quiet, directory=str(tmp_path / "served"))
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler)
    thread = threading.Thread(target=server.serve_forever, args=(0.01,))
    thread.start()
    yield f"http://127.0.0.1:{server.server_address[1]}"
    server.shutdown()
    thread.join()
    server.server_close()


def one_page(content: bytes) -> bytes:
    """The smallest PDF with a page of text; readers find its objects without a cross-reference table."""
    font = b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>"
    resources = b"<< /Font << /F1 5 0 R >> >>"
    page = b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 612 792] /Contents 4 0 R /Resources %s >>" % resources
    objects = [
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        page,
        b"<< /Length %d >>\nstream\n%s\nendstream" % (len(content), content),
        font,
    ]
    body = b"".join(b"%d 0 obj\n%s\nendobj\n" % (number, one) for number, one in enumerate(objects, start=1))
    return b"%PDF-1.4\n" + body + b"trailer << /Root 1 0 R /Size 6 >>\n%%EOF\n"


def run(home: Home, *arguments: str) -> int:
    return main(["library", *arguments, "--collection", "papers", "--home", str(home.folder)])


def test_a_listed_paper_is_fetched_and_cited_by_page(
    home_with_embedder: Home, mirror: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(home_with_embedder, "fetch-papers", ATTENTION, "--mirror", mirror) == 0
    assert f"fetching from {mirror}" in capsys.readouterr().err
    question = "What replaces recurrence in the encoder?"
    asked = ["ask", "--json", question, "--collection", "papers", "--backend", "extractive"]
    assert main([*asked, "--home", str(home_with_embedder.folder)]) == 0
    citation = json.loads(capsys.readouterr().out)["citations"][0]
    assert (citation["page"], citation["quote"]) == (1, "Attention replaces recurrence in the whole encoder.")


def test_what_came_is_added_and_what_did_not_is_named(
    home_with_embedder: Home, mirror: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(home_with_embedder, "fetch-papers", ATTENTION, GPT3, "--mirror", mirror) == 1
    assert GPT3 in capsys.readouterr().err
    assert run(home_with_embedder, "list", "--json") == 0
    assert len(json.loads(capsys.readouterr().out)) == 1


def test_an_id_that_is_not_listed_is_wrong_use(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(Home(tmp_path), "fetch-papers", "9999.99999", "--mirror", "http://127.0.0.1:9") == 2
    assert "9999.99999" in capsys.readouterr().err
