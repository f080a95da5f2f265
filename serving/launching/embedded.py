"""llama.cpp inside this process, on a loopback port of its own. The one adapter of xllamacpp."""

from __future__ import annotations

import secrets
from pathlib import Path
from typing import TYPE_CHECKING

from serving.errors import ModelMissingError
from serving.launching.openmp import load_openmp
from serving.launching.sizing import Sizing
from serving.talking.capabilities import Capabilities
from serving.talking.client import ChatClient
from serving.talking.deadlines import Deadlines

if TYPE_CHECKING:
    import xllamacpp

# By so much longer is waited for a model that runs on processors: it reads a prompt in seconds, and others' before it.
PATIENCE = 4.0


class EmbeddedServer:
    """A GGUF model, loaded, served with the OpenAI protocol to whoever knows the key. `stop` gives its memory back."""

    def __init__(self, server: xllamacpp.Server, client: ChatClient) -> None:
        self._server: xllamacpp.Server | None = server
        self.client = client

    @classmethod
    def start(
        cls,
        model_file: Path,
        *,
        name: str,
        deadlines: Deadlines | None = None,
        idle_unload_s: int = 0,
        sizing: Sizing | None = None,
    ) -> EmbeddedServer:
        """Load `model_file` and listen on a free loopback port with a random key.

        :raises ModelMissingError: when the file is gone or llama.cpp cannot load it.
        :raises LaunchError: when llama.cpp itself cannot be loaded.
        """
        load_openmp()
        import xllamacpp

        if not model_file.is_file():
            raise ModelMissingError(f"{model_file} is gone; run `assistant models pull {name}`")
        key = secrets.token_urlsafe(24)
        size = sizing or Sizing.for_model(model_file.stat().st_size)
        parameters = _parameters(model_file, name, key, size)
        if idle_unload_s:
            parameters.sleep_idle_seconds = idle_unload_s
        try:
            server = xllamacpp.Server(parameters)
        except RuntimeError as error:
            raise ModelMissingError(f"llama.cpp cannot load {model_file} ({error}); pull {name} again") from error
        client = ChatClient(
            f"{server.listening_address}/v1",
            model=name,
            api_key=key,
            deadlines=(deadlines or Deadlines()).times(PATIENCE),
            capabilities=Capabilities(
                "llama.cpp", (name,), size.context_tokens // size.slots, size.slots, "tokenize", thinks_on_request=True
            ),
            at_once=size.slots,
        )
        return cls(server, client)

    def stop(self) -> None:
        """Stop listening and free the model. Safe to call twice."""
        self.client.close()
        self._server = None  # its destructor joins llama.cpp's threads


def _parameters(model_file: Path, name: str, key: str, size: Sizing) -> xllamacpp.CommonParams:
    import xllamacpp

    parameters = xllamacpp.CommonParams()
    parameters.model.path = str(model_file)
    parameters.model_alias = {name}
    parameters.n_ctx = size.context_tokens
    parameters.n_parallel = size.slots
    # Prompts that share a beginning (the instructions, a conversation) are kept in memory and not read again.
    parameters.cache_ram_mib = size.cache_mib
    parameters.cpuparams.n_threads = size.threads
    parameters.cpuparams_batch.n_threads = size.threads
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
