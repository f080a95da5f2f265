"""Who may have what: every route with nobody, its user and another; sessions and files of others; logins."""

from __future__ import annotations

import gc
import json
import re
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest
import uvicorn
from fastapi import FastAPI

from assistant.app import Workspace
from assistant.assistant import Assistant
from assistant.calculating.planner import Planner
from assistant.interfaces.door import SESSION_COOKIE
from assistant.interfaces.server import build_app
from assistant.interfaces.shell import Access
from assistant.keeping.accounts import Accounts
from assistant.keeping.conversations import Conversations
from assistant.keeping.passwords import hash_password
from assistant.keeping.signing_in import MOST_TRIES
from assistant.running.service import Service
from assistant.running.shelves import Shelves

# Gradio leaves the event loop unclosed that it makes for building a page.
pytestmark = pytest.mark.filterwarnings("ignore:Exception ignored in:pytest.PytestUnraisableExceptionWarning")

QUESTION = "How does quantization cut serving cost?"
PASSWORD = "correct horse battery"
ASKING = {"question": QUESTION}
CHATTING = {"messages": [{"role": "user", "content": QUESTION}]}

# What every route of ours gives to nobody, to its user and to another: method, path, body -> three statuses.
# {kept} is a conversation of its user.
ROWS: dict[tuple[str, str], tuple[str, Any, tuple[int, int, int]]] = {
    ("GET", "/"): ("/", None, (401, 307, 307)),
    ("GET", "/favicon.ico"): ("/favicon.ico", None, (204, 204, 204)),
    ("GET", "/healthz"): ("/healthz", None, (200, 200, 200)),
    ("GET", "/login"): ("/login", None, (200, 303, 303)),
    ("POST", "/login"): ("/login", {"name": "mei"}, (401, 401, 401)),
    ("POST", "/logout"): ("/logout", {}, (401, 303, 303)),
    ("GET", "/metrics"): ("/metrics", None, (401, 200, 200)),
    ("GET", "/openapi.json"): ("/openapi.json", None, (401, 200, 200)),
    ("POST", "/api/ask"): ("/api/ask", ASKING, (401, 200, 200)),
    ("POST", "/v1/chat/completions"): ("/v1/chat/completions", CHATTING, (401, 200, 200)),
    ("GET", "/api/collections"): ("/api/collections", None, (401, 200, 200)),
    ("GET", "/api/cost"): ("/api/cost", None, (401, 200, 200)),
    ("POST", "/api/cost/{name}"): ("/api/cost/nothing", {}, (401, 404, 404)),
    ("POST", "/api/check"): ("/api/check", {}, (401, 422, 422)),
    ("GET", "/export/{name}"): ("/export/{kept}.md", None, (401, 200, 404)),
}
# What of Gradio's the page needs; all else is closed to everybody.
GRADIO_OPEN = {
    "/", "/config", "/config/", "/static/{path:path}", "/assets/{path:path}", "/theme.css", "/gradio_api/theme.css",
    "/gradio_api/theme.css/", "/gradio_api/app_id", "/gradio_api/app_id/", "/gradio_api/startup-events",
    "/gradio_api/heartbeat/{session_hash}", "/gradio_api/queue/join", "/gradio_api/queue/data", "/gradio_api/cancel",
    "/gradio_api/reset", "/gradio_api/reset/", "/gradio_api/upload", "/gradio_api/upload_progress",
}  # fmt: skip


class Visitor:
    """A browser's cookies, or a program's key, at one server."""

    def __init__(self, url: str, name: str = "") -> None:
        self.url = url
        self.http = httpx.Client(base_url=url, headers={"Origin": url}, timeout=30)
        if name:
            reply = self.http.post("/login", data={"name": name, "password": PASSWORD})
            assert reply.status_code == 303, reply.text

    def close(self) -> None:
        """Close the connections."""
        self.http.close()

    def join(self, session: str, fn: int = 0, data: list[Any] | None = None, **more: object) -> httpx.Response:
        """Send an event as the page does."""
        body = {"data": data or [], "fn_index": fn, "session_hash": session, "event_data": None, **more}
        return self.http.post("/en/gradio_api/queue/join", json=body)

    def first_line(self, path: str) -> tuple[int, str]:
        """Status and the first line of a stream."""
        with self.http.stream("GET", path) as reply:
            return reply.status_code, next(reply.iter_lines(), "")


@contextmanager
def running(app: FastAPI) -> Iterator[str]:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    config = uvicorn.Config(app, "127.0.0.1", port, log_level="warning", timeout_graceful_shutdown=1, ws="none")
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    while not server.started:
        time.sleep(0.02)
    yield f"http://127.0.0.1:{port}"
    server.should_exit = True
    thread.join(20)


@contextmanager
def service_over(extractive: Assistant, workspace: Workspace, folder: Path) -> Iterator[Service]:
    shelves = Shelves(workspace, "default", extractive.searcher)
    planner = Planner(extractive.tables, folder / "company.toml")
    with closing(Conversations.open(folder / "conversations.sqlite3")) as conversations:
        yield Service(extractive, shelves, conversations, planner)


@pytest.fixture(scope="module")
def accounts(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Accounts]:
    with closing(Accounts.open(tmp_path_factory.mktemp("users") / "users.sqlite3")) as opened:
        hashed = hash_password(PASSWORD)
        for name in ("mei", "bob", "eve"):
            opened.add(name, hashed, is_admin=name == "mei")
        yield opened


@pytest.fixture(scope="module")
def app(
    extractive: Assistant, shared_workspace: Workspace, accounts: Accounts, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[FastAPI]:
    with service_over(extractive, shared_workspace, tmp_path_factory.mktemp("doors")) as service:
        built = build_app(service, Access(accounts))
        gc.collect()
        built.state.service = service
        yield built


@pytest.fixture(scope="module")
def url(app: FastAPI) -> Iterator[str]:
    with running(app) as address:
        yield address


@pytest.fixture(scope="module")
def kept(app: FastAPI, accounts: Accounts, extractive: Assistant) -> str:
    """A conversation of mei's."""
    own = app.state.service.conversations.of(accounts.find("mei").id)
    conversation, turn = own.ask("", QUESTION)
    own.found(turn, [])
    own.finished(turn, extractive.ask(QUESTION))
    return str(conversation)


def routes_of(routes: Any) -> Iterator[tuple[str, str]]:
    """Method and path of every route but those of mounted applications."""
    for route in routes:
        if hasattr(route, "original_router"):
            yield from routes_of(route.original_router.routes)
        elif not hasattr(route, "app") or hasattr(route, "endpoint"):
            yield from ((method, route.path) for method in sorted(route.methods - {"HEAD"}))


@pytest.fixture(scope="module")
def visitor(url: str) -> Iterator[Callable[..., Visitor]]:
    """Makes visitors: nobody, or the user of a name."""
    made: list[Visitor] = []

    def make(name: str = "") -> Visitor:
        made.append(Visitor(url, name))
        return made[-1]

    yield make
    for one in made:
        one.close()


@pytest.fixture(scope="module")
def visitors(visitor: Callable[..., Visitor]) -> dict[str, Visitor]:
    return {"nobody": visitor(), "mei": visitor("mei"), "bob": visitor("bob")}


def test_every_route_of_ours_has_its_row(app: FastAPI) -> None:
    assert set(routes_of(app.routes)) == ROWS.keys()


@pytest.mark.parametrize("route", ROWS, ids=" ".join)
def test_every_route_gives_each_what_is_theirs(
    visitor: Callable[..., Visitor], kept: str, route: tuple[str, str]
) -> None:
    path, body, wanted = ROWS[route]
    got = []
    for name in ("", "mei", "bob"):
        own = visitor(name)
        sent = {"data": body} if route[1].startswith("/log") else {"json": body}
        got.append(own.http.request(route[0], path.format(kept=kept), **sent).status_code)
    assert tuple(got) == wanted


def test_an_export_that_is_not_ones_own_looks_like_none(visitors: dict[str, Visitor], kept: str) -> None:
    others, none = (visitors["bob"].http.get(f"/export/{name}.json") for name in (kept, "0" * 32))
    assert (others.status_code, others.content) == (none.status_code, none.content) == (404, others.content)


def test_of_gradio_only_what_the_page_needs_is_open_and_that_to_users(
    app: FastAPI, visitors: dict[str, Visitor]
) -> None:
    mounted = next(route.app for route in app.routes if getattr(route, "path", "") == "/en")
    seen = set(routes_of(mounted.routes))
    assert {path for _, path in seen} >= GRADIO_OPEN - {"/gradio_api/theme.css/"}
    for method, path in seen:
        filled = "/en" + re.sub(r"\{[^}]*\}", "x", path)
        assert visitors["nobody"].http.request(method, filled).status_code == 401, path
        if path not in GRADIO_OPEN:
            assert visitors["mei"].http.request(method, filled).status_code == 403, path


def test_nobody_reads_the_stream_of_anothers_session(visitors: dict[str, Visitor]) -> None:
    mei, bob = visitors["mei"], visitors["bob"]
    assert mei.join("meis", fn=-1).status_code != 403
    assert bob.join("meis").status_code == 403
    for path in ("/en/gradio_api/queue/data?session_hash=meis", "/zh/gradio_api/queue/data?session_hash=meis",
                 "/en/gradio_api/queue/data?session_hash=bobs&session_hash=meis",
                 "/en/gradio_api/heartbeat/meis"):  # fmt: skip
        assert bob.http.get(path).status_code == 403, path
    for path in ("cancel", "reset"):
        body = {"session_hash": "meis", "fn_index": 0, "event_id": "x"}
        assert bob.http.post(f"/en/gradio_api/{path}", json=body).status_code == 403
    assert mei.first_line("/en/gradio_api/heartbeat/meis") == (200, "data: ALIVE")


def test_nobody_has_the_file_of_another_nor_any_other(visitors: dict[str, Visitor]) -> None:
    mei, bob = visitors["mei"], visitors["bob"]
    reply = mei.http.post("/en/gradio_api/upload?upload_id=up", files={"files": ("evil.html", b"<script>1</script>")})
    (path,) = reply.json()
    assert Path(path).is_file()
    for own in (mei, bob):  # a page shows no file: nobody needs one back
        assert own.http.get(f"/en/gradio_api/file={path}").status_code == 403
    named = {"path": path, "orig_name": "evil.html", "meta": {"_type": "gradio.FileData"}}
    assert bob.join("bob-files", fn=-1, data=[[named]]).status_code == 403
    assert bob.join("bob-files", fn=-1, data=[{"deep": [{"path": "/etc/passwd"}]}]).status_code == 403
    assert bob.join("bob-files", fn=-1, data=[{"url": "http://127.0.0.1:9/", "path": None}]).status_code == 403
    ours, foreign = f"{mei.url}/en/gradio_api/file={path}", f"http://evil.example/en/gradio_api/file={path}"
    assert mei.join("mei-files", fn=-1, data=[[{**named, "url": foreign}]]).status_code == 403
    assert mei.join("mei-files", fn=-1, data=[[{**named, "url": ours}]]).status_code != 403
    assert bob.http.get("/en/gradio_api/upload_progress?upload_id=up").status_code == 403
    Path(path).unlink()


def test_a_key_opens_the_api_and_a_wrong_one_nothing(url: str, accounts: Accounts) -> None:
    key = accounts.new_key(accounts.find("bob").id)
    with httpx.Client(base_url=url, timeout=30) as program:
        for given, status in ((f"Bearer {key}", 200), (f"bearer {key}", 200), ("Bearer fa-wrong", 401), (key, 401)):
            reply = program.post("/api/ask", json=ASKING, headers={"Authorization": given})
            assert reply.status_code == status, given
        assert reply.headers["www-authenticate"] == "Bearer"
        assert reply.json()["detail"]["reason"] == "not_signed_in"
        described = program.get("/openapi.json", headers={"Authorization": f"Bearer {key}"}).json()
    assert described["components"]["securitySchemes"] == {"key": {"type": "http", "scheme": "bearer"}}


def test_a_browser_is_led_to_the_login_and_back(visitor: Callable[..., Visitor]) -> None:
    own = visitor()
    reply = own.http.get("/en/?c=1", headers={"Accept": "text/html"})
    assert (reply.status_code, reply.headers["location"]) == (303, "/login?next=%2Fen%2F%3Fc%3D1")
    page = own.http.get(reply.headers["location"], headers={"Accept-Language": "zh-CN"}).text
    assert "登录" in page
    assert 'value="/en/?c=1"' in page
    reply = own.http.post("/login", data={"name": "mei", "password": PASSWORD, "next": "/en/?c=1"})
    assert (reply.status_code, reply.headers["location"]) == (303, "/en/?c=1")
    cookie = reply.headers["set-cookie"].lower()
    for wanted in ("httponly", "samesite=lax", "max-age=43200", "path=/"):
        assert wanted in cookie
    assert own.http.get("/en/").status_code == 200


@pytest.mark.parametrize(
    "wanted", ["//evil.example", "https://evil.example", "/\\evil.example", "javascript:x", "/\n/x"]
)
def test_the_login_leads_nowhere_else(visitor: Callable[..., Visitor], wanted: str) -> None:
    own = visitor()
    assert 'name="next" value="/"' in own.http.get("/login", params={"next": wanted}).text
    reply = own.http.post("/login", data={"name": "mei", "password": PASSWORD, "next": wanted})
    assert reply.headers["location"] == "/"


def test_what_is_typed_into_the_login_stays_text(visitor: Callable[..., Visitor]) -> None:
    name = '"><script>window.hit=1</script>'
    reply = visitor().http.post("/login", data={"name": name, "password": "x", "next": "/" + name})
    assert reply.status_code == 401
    assert "<script" not in reply.text


def test_signing_out_ends_the_session_everywhere(visitor: Callable[..., Visitor]) -> None:
    own = visitor("mei")
    token = own.http.cookies[SESSION_COOKIE]
    assert own.http.post("/logout").status_code == 303
    again = visitor()
    again.http.cookies.set(SESSION_COOKIE, token)
    assert again.http.get("/metrics").status_code == 401


@pytest.mark.parametrize("origin", ["https://evil.example", "null", None, "http://127.0.0.1:1"])
def test_another_site_does_nothing_with_a_users_cookie(visitor: Callable[..., Visitor], origin: str | None) -> None:
    own = visitor("mei")
    del own.http.headers["Origin"]
    headers = {} if origin is None else {"Origin": origin}
    for path, body in (("/api/ask", ASKING), ("/logout", {}), ("/en/gradio_api/queue/join", {"session_hash": "x"})):
        assert own.http.post(path, json=body, headers=headers).status_code == 403, path
    assert own.http.get("/metrics").status_code == 200


def test_guessing_ends_with_429(visitor: Callable[..., Visitor]) -> None:
    own = visitor()
    codes = [
        own.http.post("/login", data={"name": "eve", "password": f"guess {n}"}).status_code
        for n in range(MOST_TRIES + 2)
    ]
    assert codes == [401] * MOST_TRIES + [429] * 2
    reply = own.http.post("/login", data={"name": "eve", "password": PASSWORD, "language": "zh"})
    assert reply.status_code == 429
    assert int(reply.headers["retry-after"]) > 0
    assert "试错太多次" in reply.text


def test_behind_tls_the_cookie_is_secure_and_only_named_hosts_are_served(
    extractive: Assistant, shared_workspace: Workspace, accounts: Accounts, tmp_path: Path
) -> None:
    from starlette.testclient import TestClient

    from assistant.interfaces.shell import build_shell

    with service_over(extractive, shared_workspace, tmp_path) as service:
        app = build_shell(service, Access(accounts, ("ask.example.org",), is_secure=True))
        client = TestClient(app, base_url="https://ask.example.org", follow_redirects=False)
        headers = {"Origin": "https://ask.example.org", "X-Forwarded-Host": "evil.example"}
        reply = client.post("/login", data={"name": "mei", "password": PASSWORD}, headers=headers)
        assert reply.status_code == 303
        assert "secure" in reply.headers["set-cookie"].lower()
        assert "evil" not in client.get("/en/", headers={**headers, "Accept": "text/html"}).headers.get("location", "")
        assert "strict-transport-security" in reply.headers
        for host in ("127.0.0.1", "evil.example", "www.ask.example.org", ""):
            assert client.get("/healthz", headers={"Host": host}).status_code == 400, host


def test_an_event_is_kept_for_its_user(
    url: str, app: FastAPI, accounts: Accounts, visitors: dict[str, Visitor]
) -> None:
    """Bob asks over the page's own route, in mei's conversation: it becomes one of his own."""
    service: Service = app.state.service
    own = service.conversations.of(accounts.find("mei").id)
    conversation, _ = own.ask("", "mei's")
    config = visitors["bob"].http.get("/en/config").json()
    submit = next(d for d in config["dependencies"] if any(t[1] == "submit" for t in d["targets"])
                  and any(c["id"] == t[0] and c["props"].get("elem_id") == "question"
                          for t in d["targets"] for c in config["components"]))  # fmt: skip
    joined = visitors["bob"].join("bob-asks", fn=submit["id"], data=[QUESTION, conversation, []])
    assert joined.status_code == 200, joined.text
    with visitors["bob"].http.stream("GET", "/en/gradio_api/queue/data?session_hash=bob-asks") as reply:
        for line in reply.iter_lines():
            if line and json.loads(line.removeprefix("data: ")).get("msg") == "process_completed":
                break
    bobs = service.conversations.of(accounts.find("bob").id)
    (listed,) = bobs.listed()
    assert bobs.turns(listed.id)[0].question == QUESTION
    assert len(own.turns(conversation)) == 1
