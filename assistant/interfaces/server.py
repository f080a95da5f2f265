"""The application: the shell with a page for each language."""

from __future__ import annotations

import gradio as gr
from fastapi import FastAPI

from assistant.interfaces.identity import user_of
from assistant.interfaces.page import CSS, build_page, head_script
from assistant.interfaces.page.theme import page_theme
from assistant.interfaces.shell import THIS_MACHINE, Access, build_shell
from assistant.running.service import Service
from corpus.reader import MAX_BYTES
from index.chunk import LANGUAGES

# An answer holds its thread while it waits for the model, and whoever asks sees the passages meanwhile. Lists, searches
# and forms are over in a moment, and must not wait for a thread behind the answers.
THREADS = 128
AT_ONCE = 16
WAITING = 512


def build_app(service: Service, access: Access = THIS_MACHINE) -> FastAPI:
    """Everything that is served."""
    app = build_shell(service, access)
    for language in LANGUAGES:
        page = build_page(service, language)
        page.max_threads = THREADS
        page.queue(api_open=False, max_size=WAITING, default_concurrency_limit=AT_ONCE)
        gr.mount_gradio_app(
            app, page, path=f"/{language}", show_error=False, enable_monitoring=False, run_history=False,
            max_file_size=MAX_BYTES, footer_links=[], allowed_paths=[], css=CSS, head=head_script(language),
            ssr_mode=False, theme=page_theme(), mcp_server=False, pwa=False,
            auth_dependency=lambda request: user_of(request.scope).id,
        )  # fmt: skip
    return app
