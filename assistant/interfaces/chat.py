"""`assistant chat`: the chat page on this machine."""

from __future__ import annotations

import argparse
import os
import socket
import sys
import threading
import webbrowser
from typing import Any

from assistant.app import Workspace, warm_up
from assistant.errors import AssistantError
from assistant.interfaces.terminal import Terminal
from assistant.service import open_service

HOST = "127.0.0.1"
PORT = 7860
# A page left open in a browser keeps its connections open.
STOP_WITHIN_S = 5


def add_parser(commands: Any, common: argparse.ArgumentParser) -> None:  # noqa: ANN401 - argparse keeps the type private
    """Declare the command."""
    parser = commands.add_parser(
        "chat",
        parents=[common],
        help="open the chat page",
        description=f"Serve the chat page on http://{HOST}:{PORT}, to this machine only.",
        epilog="Example: assistant chat --port 7861 --no-browser",
    )
    parser.add_argument("--port", type=int, default=PORT)
    parser.add_argument("--no-browser", action="store_true", help="do not open a browser window")
    parser.set_defaults(run=run)


def run(options: argparse.Namespace, workspace: Workspace, terminal: Terminal) -> int:
    """Serve until Ctrl-C."""
    _check_port(options.port)
    with terminal.progress("indexing", "passages") as progress:
        opened = open_service(workspace, collection=options.collection, notice=terminal.notice, progress=progress)
        with opened as service:
            # Gradio takes two seconds to import, which no other command should pay.
            import uvicorn

            from assistant.interfaces.server import build_app

            threading.Thread(target=warm_up, args=(service.assistant,), daemon=True).start()
            server = uvicorn.Server(
                uvicorn.Config(
                    build_app(service),
                    host=HOST,
                    port=options.port,
                    log_level="warning",
                    timeout_graceful_shutdown=STOP_WITHIN_S,
                )
            )
            url = f"http://{HOST}:{options.port}"
            terminal.notice(f"the page is on {url} (Ctrl-C stops it)")
            if not options.no_browser and _has_display():
                threading.Timer(1.0, webbrowser.open, [url]).start()
            server.run()
    return 0


def _check_port(port: int) -> None:
    """Refuse a busy port before anything is loaded.

    :raises AssistantError: naming the port and a way on.
    """
    if not 1 <= port <= 65535:
        raise AssistantError(f"{port} is not a port; choose one from 1024 to 65535")
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, port))
        except OSError as error:
            raise AssistantError(
                f"port {port} is in use ({error.strerror}); is the page open already at http://{HOST}:{port}? "
                f"Else choose another: assistant chat --port {port + 1 if port < 65535 else PORT}"
            ) from error


def _has_display() -> bool:
    """Whether a browser window can be opened; without one, `webbrowser` would start a text browser in this terminal."""
    return sys.platform in ("darwin", "win32") or bool(os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY"))
