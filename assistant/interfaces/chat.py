"""`assistant chat`: the chat page, on this machine or for signed-in users elsewhere."""

from __future__ import annotations

import argparse
import gc
import os
import sys
import threading
import webbrowser
from tempfile import TemporaryDirectory
from typing import Any

from assistant.app import Workspace, warm_up
from assistant.interfaces.listening import HOST, PORT, Listening, add_options, listening
from assistant.interfaces.terminal import Terminal
from assistant.running.service import Service, open_service

# A page left open in a browser keeps its connections open.
STOP_WITHIN_S = 5


def add_parser(commands: Any, common: argparse.ArgumentParser) -> None:  # noqa: ANN401 - argparse keeps the type private
    """Declare the command."""
    parser = commands.add_parser(
        "chat",
        parents=[common],
        help="open the chat page",
        description=f"Serve the chat page and the HTTP API on http://{HOST}:{PORT}, to this machine only. "
        "Where there are users (assistant users), everybody signs in.",
        epilog="Example: assistant chat --port 7861 --no-browser",
    )
    add_options(parser)
    parser.add_argument("--no-browser", action="store_true", help="do not open a browser window")
    parser.set_defaults(run=run)


def run(options: argparse.Namespace, workspace: Workspace, terminal: Terminal) -> int:
    """Serve until Ctrl-C."""
    place = listening(options, workspace.home)
    with terminal.progress("indexing", "passages") as progress, TemporaryDirectory(prefix="assistant-") as uploads:
        # What is uploaded lies, until it is read, where no other user of this machine can look.
        os.environ["GRADIO_TEMP_DIR"] = uploads
        opened = open_service(workspace, collection=options.collection, notice=terminal.notice, progress=progress)
        with opened as service:
            _serve(service, place, terminal, opens_browser=not options.no_browser)
    return 0


def _serve(service: Service, place: Listening, terminal: Terminal, *, opens_browser: bool) -> None:
    # Gradio takes two seconds to import, which no other command should pay.
    from assistant.interfaces.listener import page_server
    from assistant.interfaces.server import build_app

    threading.Thread(target=_get_ready, args=(service,), daemon=True).start()
    server = page_server(
        build_app(service, place.access), place.host, place.port,
        certificate=place.certificate, key=place.key, stop_within_s=STOP_WITHIN_S,
    )  # fmt: skip
    signs_in = ", for users who sign in" if place.access.accounts else ""
    terminal.notice(f"the page is on {place.url}{signs_in} (Ctrl-C stops it)")
    if opens_browser and _has_display():
        threading.Timer(1.0, webbrowser.open, [place.url]).start()
    server.run()


def _get_ready(service: Service) -> None:
    """Load what the first answers would wait for; garbage is not looked for among it ever after.

    To look through it takes half a second, in which nobody's answer goes on.
    """
    warm_up(service.assistant)
    gc.collect()
    gc.freeze()


def _has_display() -> bool:
    """Whether a browser window can be opened; without one, `webbrowser` would start a text browser in this terminal."""
    return sys.platform in ("darwin", "win32") or bool(os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY"))
