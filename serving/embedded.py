"""llama.cpp inside this process, on a loopback port of its own. The one adapter of xllamacpp."""

from __future__ import annotations

import os
import secrets
from pathlib import Path

import xllamacpp

from serving.client import ChatClient
from serving.errors import ModelMissingError

# Two askers at once, each with room for a prompt of about 1,500 tokens, an answer and some history.
SLOTS = 2
CONTEXT_TOKENS = 8192
# Prompts that share a beginning (the instructions, a conversation) are kept in memory and not read again.
PROMPT_CACHE_MIB = 256


class EmbeddedServer:
    """A GGUF model, loaded, served with the OpenAI protocol to whoever knows the key. `stop` gives its memory back."""

    def __init__(self, server: xllamacpp.Server, client: ChatClient) -> None:
        self._server: xllamacpp.Server | None = server
        self.client = client

    @classmethod
    def start(cls, model_file: Path, *, name: str) -> EmbeddedServer:
        """Load `model_file` and listen on a free loopback port with a random key.

        :raises ModelMissingError: when the file is gone or llama.cpp cannot load it.
        """
        if not model_file.is_file():
            raise ModelMissingError(f"{model_file} is gone; run `assistant models pull {name}`")
        key = secrets.token_urlsafe(24)
        try:
            server = xllamacpp.Server(_parameters(model_file, name, key))
        except RuntimeError as error:
            raise ModelMissingError(f"llama.cpp cannot load {model_file} ({error}); pull {name} again") from error
        client = ChatClient(f"{server.listening_address}/v1", model=name, api_key=key)
        return cls(server, client)

    def stop(self) -> None:
        """Stop listening and free the model. Safe to call twice."""
        self.client.close()
        self._server = None  # its destructor joins llama.cpp's threads


def _parameters(model_file: Path, name: str, key: str) -> xllamacpp.CommonParams:
    parameters = xllamacpp.CommonParams()
    parameters.model.path = str(model_file)
    parameters.model_alias = {name}
    parameters.n_ctx = CONTEXT_TOKENS
    parameters.n_parallel = SLOTS
    parameters.cache_ram_mib = PROMPT_CACHE_MIB
    parameters.cpuparams.n_threads = os.cpu_count() or 1
    parameters.cpuparams_batch.n_threads = os.cpu_count() or 1
    # Weights left as they are in the file. Repacked ones (the default) decode 1.3 times as fast but read a prompt at 70
    # instead of 100 tokens/s (2 cores, AVX2, 500-token prompts, 2026-11-22), and people wait for the first word.
    parameters.no_extra_bufts = True
    parameters.hostnames = ["127.0.0.1"]
    parameters.port = 0
    parameters.api_keys = [key]
    parameters.cors_origins = "http://127.0.0.1"
    parameters.ui = False
    parameters.endpoint_slots = False
    parameters.endpoint_props = False
    parameters.offline = True
    parameters.verbosity = -1
    return parameters
