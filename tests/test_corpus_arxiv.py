"""Fetching papers, against a server on this machine that is slow, breaks off, refuses or lies."""

from __future__ import annotations

import re
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from filelock import FileLock

from corpus.arxiv import FetchReport, PaperFetchError, fetch_papers, listed_papers
from corpus.shipped import shipped_documents

FIRST, SECOND, THIRD = "1706.03762", "2412.19437", "2106.09685"
PDF = b"%PDF-1.7\n" + bytes(range(256)) * 400
Answer = Callable[[BaseHTTPRequestHandler], None]


@dataclass
class Arxiv:
    """What the server answers per path, one answer after the other, and what it was asked."""

    base_url: str = ""
    answers: dict[str, list[Answer]] = field(default_factory=dict)
    requests: list[tuple[str, dict[str, str]]] = field(default_factory=list)

    def paths(self) -> list[str]:
        """The paths it was asked for, in order."""
        return [path for path, _ in self.requests]


@pytest.fixture(autouse=True)
def _no_proxy(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "http_proxy", "https_proxy", "all_proxy"):
        monkeypatch.delenv(name, raising=False)


@pytest.fixture
def arxiv() -> Iterator[Arxiv]:
    state = Arxiv()

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            state.requests.append((self.path, dict(self.headers.items())))
            answers = state.answers.get(self.path, [])
            (answers.pop(0) if answers else whole())(self)

        def log_message(self, format: str, *args: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, args=(0.01,))
    thread.start()
    state.base_url = f"http://127.0.0.1:{server.server_address[1]}"
    yield state
    server.shutdown()
    thread.join()
    server.server_close()


def whole(body: bytes = PDF, *, tag: str = '"v1"', delay_s: float = 0.0, cut: int | None = None) -> Answer:
    """The file, or what is left of it when a range of the same version is asked for; broken off after `cut` bytes."""

    def answer(request: BaseHTTPRequestHandler) -> None:
        time.sleep(delay_s)
        start = 0
        if request.headers.get("If-Range") == tag and (asked := request.headers.get("Range")):
            start = int(asked.removeprefix("bytes=").removesuffix("-"))
        request.send_response(206 if start else 200)
        request.send_header("Content-Length", str(len(body) - start))
        request.send_header("ETag", tag)
        if start:
            request.send_header("Content-Range", f"bytes {start}-{len(body) - 1}/{len(body)}")
        request.end_headers()
        request.wfile.write(body[start:][:cut])
        if cut is not None:
            request.close_connection = True

    return answer


def status(code: int, **headers: str) -> Answer:
    def answer(request: BaseHTTPRequestHandler) -> None:
        request.send_response(code)
        for name, value in headers.items():
            request.send_header(name.replace("_", "-"), value)
        request.send_header("Content-Length", "0")
        request.end_headers()

    return answer


def fetch(arxiv: Arxiv, folder: Path, *ids: str, sleeps: list[float] | None = None) -> FetchReport:
    slept: list[float] = [] if sleeps is None else sleeps
    return fetch_papers(folder, base_url=arxiv.base_url, pause_s=3.0, ids=ids, sleep=slept.append)


def test_the_list_is_what_the_digests_cite() -> None:
    address = re.compile(r"https://(?:[a-z0-9.]+\.)?arxiv\.org/(?:abs|pdf|html)/([0-9.]+?)(?:v\d+)?")
    cited = {
        match.group(1)
        for document in shipped_documents()
        if document.kind == "paper" and document.language == "en"
        for source in document.sources
        if (match := address.fullmatch(source.address))
    }
    assert [paper.id for paper in listed_papers()] == sorted(cited)
    assert all(paper.title for paper in listed_papers())


def test_papers_arrive_under_their_ids_one_request_at_a_time(arxiv: Arxiv, tmp_path: Path) -> None:
    sleeps: list[float] = []
    report = fetch(arxiv, tmp_path / "papers", FIRST, SECOND, THIRD, sleeps=sleeps)
    assert [path.name for path in report.files] == [f"{FIRST}.pdf", f"{SECOND}.pdf", f"{THIRD}.pdf"]
    assert all(path.read_bytes() == PDF for path in report.files)
    assert (report.fetched, report.failures) == (3, ())
    assert arxiv.paths() == [f"/pdf/{FIRST}", f"/pdf/{SECOND}", f"/pdf/{THIRD}"]
    assert sleeps == [3.0, 3.0]
    assert all("founder-assistant" in headers["User-Agent"] for _, headers in arxiv.requests)
    assert all(headers["Accept-Encoding"] == "identity" for _, headers in arxiv.requests)


def test_complete_files_are_kept_and_cost_neither_a_request_nor_a_pause(arxiv: Arxiv, tmp_path: Path) -> None:
    (tmp_path / f"{FIRST}.pdf").write_bytes(b"%PDF-1.4 fetched before")
    sleeps: list[float] = []
    report = fetch(arxiv, tmp_path, FIRST, SECOND, sleeps=sleeps)
    assert report.fetched == 1
    assert len(report.files) == 2
    assert arxiv.paths() == [f"/pdf/{SECOND}"]
    assert sleeps == []
    assert (tmp_path / f"{FIRST}.pdf").read_bytes() == b"%PDF-1.4 fetched before"


def test_nothing_but_papers_is_left_in_sight(arxiv: Arxiv, tmp_path: Path) -> None:
    fetch(arxiv, tmp_path, FIRST)
    assert [path.name for path in tmp_path.iterdir() if not path.name.startswith(".")] == [f"{FIRST}.pdf"]


def test_a_slow_start_is_waited_for(arxiv: Arxiv, tmp_path: Path) -> None:
    arxiv.answers[f"/pdf/{FIRST}"] = [whole(delay_s=0.4)]
    assert fetch(arxiv, tmp_path, FIRST).fetched == 1
    assert len(arxiv.requests) == 1


def test_a_broken_connection_is_taken_up_where_it_broke(arxiv: Arxiv, tmp_path: Path) -> None:
    arxiv.answers[f"/pdf/{FIRST}"] = [whole(cut=40_000)]
    sleeps: list[float] = []
    report = fetch(arxiv, tmp_path, FIRST, sleeps=sleeps)
    assert report.files[0].read_bytes() == PDF
    assert [headers.get("Range") for _, headers in arxiv.requests] == [None, "bytes=40000-"]
    assert sleeps == [6.0]


def test_the_next_call_goes_on_with_what_the_last_one_left(arxiv: Arxiv, tmp_path: Path) -> None:
    arxiv.answers[f"/pdf/{FIRST}"] = [whole(cut=10_000) for _ in range(4)]
    report = fetch(arxiv, tmp_path, FIRST)
    assert report.files == ()
    assert "broke off" in report.failures[0].advice
    assert not (tmp_path / f"{FIRST}.pdf").exists()
    assert fetch(arxiv, tmp_path, FIRST).files[0].read_bytes() == PDF
    assert arxiv.requests[-1][1]["Range"] == "bytes=40000-"


def test_halves_of_two_versions_are_never_put_together(arxiv: Arxiv, tmp_path: Path) -> None:
    newer = b"%PDF-1.7\n" + b"newer" * 9000
    arxiv.answers[f"/pdf/{FIRST}"] = [whole(cut=20_000, tag='"v1"'), whole(newer, tag='"v2"')]
    assert fetch(arxiv, tmp_path, FIRST).files[0].read_bytes() == newer


@pytest.mark.parametrize("tag", ["", 'W/"weak"'])
def test_what_has_no_certain_version_is_fetched_from_the_start(arxiv: Arxiv, tmp_path: Path, tag: str) -> None:
    arxiv.answers[f"/pdf/{FIRST}"] = [whole(cut=20_000, tag=tag)]
    assert fetch(arxiv, tmp_path, FIRST).files[0].read_bytes() == PDF
    assert arxiv.requests[-1][1].get("Range") is None


def test_an_answer_with_another_part_than_asked_for_is_thrown_away(arxiv: Arxiv, tmp_path: Path) -> None:
    def other_part(request: BaseHTTPRequestHandler) -> None:
        request.send_response(206)
        request.send_header("Content-Range", f"bytes 5-104/{len(PDF)}")
        request.send_header("Content-Length", "100")
        request.end_headers()
        request.wfile.write(b"x" * 100)

    arxiv.answers[f"/pdf/{FIRST}"] = [whole(cut=20_000), other_part]
    assert fetch(arxiv, tmp_path, FIRST).files[0].read_bytes() == PDF


def test_a_part_that_is_longer_than_the_file_is_begun_again(arxiv: Arxiv, tmp_path: Path) -> None:
    (tmp_path / f"{FIRST}.pdf.part").write_bytes(PDF + b"more")
    (tmp_path / f"{FIRST}.pdf.part.tag").write_text('"v1"')
    arxiv.answers[f"/pdf/{FIRST}"] = [status(416)]
    assert fetch(arxiv, tmp_path, FIRST).files[0].read_bytes() == PDF


def test_a_busy_server_gets_the_time_it_asks_for(arxiv: Arxiv, tmp_path: Path) -> None:
    arxiv.answers[f"/pdf/{FIRST}"] = [status(429, Retry_After="17"), status(503)]
    sleeps: list[float] = []
    assert fetch(arxiv, tmp_path, FIRST, sleeps=sleeps).fetched == 1
    assert sleeps == [17.0, 12.0]


def test_a_date_to_come_back_at_is_understood(arxiv: Arxiv, tmp_path: Path) -> None:
    soon = format_datetime(datetime.now(UTC) + timedelta(seconds=60), usegmt=True)
    arxiv.answers[f"/pdf/{FIRST}"] = [status(503, Retry_After=soon), status(503, Retry_After="later, perhaps")]
    sleeps: list[float] = []
    assert fetch(arxiv, tmp_path, FIRST, sleeps=sleeps).fetched == 1
    assert 50 < sleeps[0] <= 60
    assert sleeps[1] == 12.0


@pytest.mark.parametrize("code", [429, 503])
def test_a_server_that_asks_for_hours_is_left_alone(arxiv: Arxiv, tmp_path: Path, code: int) -> None:
    arxiv.answers[f"/pdf/{SECOND}"] = [status(code, Retry_After="7200")]
    report = fetch(arxiv, tmp_path, FIRST, SECOND, THIRD)
    assert arxiv.paths() == [f"/pdf/{FIRST}", f"/pdf/{SECOND}"]
    assert [failure.paper.id for failure in report.failures] == [SECOND, THIRD]
    assert "run the same command again later" in report.failures[0].advice
    assert report.failures[1].advice.startswith("not tried, because")


def test_a_server_that_refuses_is_not_asked_again(arxiv: Arxiv, tmp_path: Path) -> None:
    arxiv.answers[f"/pdf/{FIRST}"] = [status(403)]
    report = fetch(arxiv, tmp_path, FIRST, SECOND)
    assert arxiv.paths() == [f"/pdf/{FIRST}"]
    assert [failure.paper.id for failure in report.failures] == [FIRST, SECOND]


def test_tries_are_bounded_and_the_other_papers_still_come(arxiv: Arxiv, tmp_path: Path) -> None:
    arxiv.answers[f"/pdf/{FIRST}"] = [status(503) for _ in range(99)]
    report = fetch(arxiv, tmp_path, FIRST, SECOND)
    assert arxiv.paths() == [f"/pdf/{FIRST}"] * 4 + [f"/pdf/{SECOND}"]
    assert [failure.paper.id for failure in report.failures] == [FIRST]
    assert [path.name for path in report.files] == [f"{SECOND}.pdf"]


def test_a_missing_paper_is_named_and_the_rest_goes_on(arxiv: Arxiv, tmp_path: Path) -> None:
    arxiv.answers[f"/pdf/{FIRST}"] = [status(404)]
    report = fetch(arxiv, tmp_path, FIRST, SECOND)
    assert arxiv.paths() == [f"/pdf/{FIRST}", f"/pdf/{SECOND}"]
    assert [(failure.paper.id, "404" in failure.advice) for failure in report.failures] == [(FIRST, True)]
    assert [path.name for path in report.files] == [f"{SECOND}.pdf"]


def test_a_page_instead_of_a_paper_never_becomes_a_file(arxiv: Arxiv, tmp_path: Path) -> None:
    arxiv.answers[f"/pdf/{FIRST}"] = [whole(b"<html>Are you a robot?</html> %PDF")]
    report = fetch(arxiv, tmp_path, FIRST)
    assert "open it in a browser" in report.failures[0].advice
    assert [path for path in tmp_path.iterdir() if not path.name.startswith(".")] == []


def test_a_file_larger_than_the_library_reads_is_not_kept(arxiv: Arxiv, tmp_path: Path) -> None:
    arxiv.answers[f"/pdf/{FIRST}"] = [whole(b"%PDF-1.7" + bytes(64 * 2**20))]
    report = fetch(arxiv, tmp_path, FIRST)
    assert "larger than 64 MiB" in report.failures[0].advice
    assert [path for path in tmp_path.iterdir() if not path.name.startswith(".")] == []


def test_a_server_that_cannot_be_reached_is_tried_for_one_paper_only(arxiv: Arxiv, tmp_path: Path) -> None:
    arxiv.base_url = "http://127.0.0.1:1"
    sleeps: list[float] = []
    report = fetch(arxiv, tmp_path, FIRST, SECOND, THIRD, sleeps=sleeps)
    assert sleeps == [6.0, 12.0, 24.0]
    assert len(report.failures) == 3
    assert "cannot be reached" in report.failures[0].advice


def test_progress_is_told_for_kept_fetched_and_failed_papers(arxiv: Arxiv, tmp_path: Path) -> None:
    (tmp_path / f"{FIRST}.pdf").write_bytes(PDF)
    arxiv.answers[f"/pdf/{SECOND}"] = [status(404)]
    told: list[tuple[int, int, str]] = []
    fetch_papers(
        tmp_path,
        base_url=arxiv.base_url,
        ids=[FIRST, SECOND, THIRD],
        pause_s=0.0,
        progress=lambda done, total, title: told.append((done, total, title)),
    )
    assert [(done, total) for done, total, _ in told] == [(1, 3), (2, 3), (3, 3)]
    assert told[0][2].startswith("Attention Is All You Need")


def test_an_id_that_is_not_listed_is_refused_before_anything_is_asked(arxiv: Arxiv, tmp_path: Path) -> None:
    with pytest.raises(PaperFetchError, match="'9999.99999' is not among the"):
        fetch(arxiv, tmp_path, FIRST, "9999.99999")
    assert arxiv.requests == []


def test_two_fetches_into_one_folder_do_not_mix(arxiv: Arxiv, tmp_path: Path) -> None:
    with FileLock(tmp_path / ".fetching.lock"), pytest.raises(PaperFetchError, match="already being fetched"):
        fetch(arxiv, tmp_path, FIRST)
    assert arxiv.requests == []


def test_a_folder_that_cannot_be_written_is_named(arxiv: Arxiv, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("not a folder")
    with pytest.raises(PaperFetchError, match="cannot be written"):
        fetch(arxiv, tmp_path / "file" / "papers", FIRST)
