"""Puts the parts together: a home, settings and a collection become an Assistant. Interfaces and evals start here."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress

from assistant.assistant import Assistant
from assistant.collection_names import DEFAULT_COLLECTION, as_argument, collection_names
from assistant.home import Home
from assistant.profile import Company
from assistant.settings import Settings
from assistant.writing.prompting import instructions
from corpus.document import Document, Language, text_fingerprint
from corpus.shipped import shipped_documents, with_tables
from corpus.tables import Tables, load_tables
from index.collection import Collection
from index.encoder import Encoder, EncoderSpec, LazyEncoder, PrefixedEncoder, SentenceEncoder
from index.errors import CollectionDamagedError, CollectionMissingError, CollectionStaleError
from index.generation import LANGUAGES, Generation, Progress
from index.joining import join
from index.prepared import PreparedEncoder
from index.reranker import CrossEncoderReranker, RerankedSearcher
from index.search import Searcher
from index.static_table import read_about, shipped_table, table_spec
from index.together import TogetherEncoder
from serving.backend import Address, Backend, open_backend
from serving.errors import ServerError
from serving.launching.running import find_running
from serving.talking.message import Message
from serving.weights.catalog import Catalog, Model
from serving.weights.store import ModelStore

# Told one line at a time what is being done, for people who wait.
Notice = Callable[[str], None]


class Workspace:
    """A home with its settings: models, collections and the way to an Assistant."""

    def __init__(self, home: Home, settings: Settings) -> None:
        self.home = home
        self.settings = settings
        self.catalog = Catalog.load(home.catalog)
        self.models = ModelStore(home.models)

    def tables(self) -> Tables:
        """The shipped tables, changed by the user's own file where there is one.

        :raises TableError: naming the row of that file which breaks the form.
        """
        own = [self.home.prices] if self.home.prices.is_file() else []
        return load_tables(*own)

    def company(self) -> Company:
        """What the user said about the company.

        :raises SettingsError: naming what breaks the form of its file.
        """
        return Company.load(self.home.profile)

    def collection(self, name: str) -> Collection:
        """The collection `name`; the default one holds the shipped corpus besides the user's documents."""
        shipped = self._shipped() if name == DEFAULT_COLLECTION else ()
        return Collection(self.home.collection(name), shipped=shipped)

    def encoders(self) -> list[Encoder]:
        """What reads passages: the embedders that the settings name and the disk holds, and the table of words.

        Each is loaded when it is first needed.
        """
        return [*(self._encoder(model, model.passage_prefix) for model in self._embedders()), *self._tables()]

    def searcher(self, generation: Generation) -> Searcher:
        """What searches `generation`, in the order of the reranker where one is named.

        :raises ModelMissingError: when the named reranker is not here.
        """
        encoders = [*(self._encoder(model, model.query_prefix) for model in self._embedders()), *self._tables()]
        if not self.settings.index.reranker:
            return Searcher(generation, encoders)
        reranker = CrossEncoderReranker(self.models.path(self.catalog.find(self.settings.index.reranker)))
        return RerankedSearcher(generation, encoders, reranker)

    def _encoder(self, model: Model, prefix: str) -> Encoder:
        encoder = PreparedEncoder(_lazy_encoder(model, self.models))
        return PrefixedEncoder(encoder, prefix) if prefix else encoder

    def _tables(self) -> list[Encoder]:
        """The table of Chinese words, where the embedder is there into whose space it leads.

        Beside an embedder that reads both languages itself it would only blur.
        """
        about, embedders = read_about(), self._embedders()
        hosts = [model for model in embedders if self.models.fingerprint(model) == about["encoder"]]
        if not hosts or any(set(LANGUAGES) <= set(model.languages) for model in embedders):
            return []
        into = _lazy_encoder(hosts[0], self.models).spec.name
        return [LazyEncoder(table_spec(about, into), shipped_table)]

    def _embedders(self) -> list[Model]:
        named = self.settings.index.embedders or tuple(m.name for m in self.catalog.defaults() if m.use == "embedding")
        return [model for model in map(self.catalog.find, named) if self.models.has(model)]

    @contextmanager
    def backend(self, *, stands_in: bool = False) -> Iterator[Backend]:
        """What answers; see `open_backend`. What was started is stopped when the body ends."""
        settings = self.settings
        with open_backend(
            settings.serving,
            self.catalog,
            self.models,
            deadlines=settings.deadlines,
            running=self.running_server(),
            stands_in=stands_in,
        ) as backend:
            yield backend

    def running_server(self) -> Address | None:
        """The server that `assistant serve` keeps up for this home, if there is one."""
        found = find_running(self.home.folder)
        return Address(found.base_url, found.key, found.model) if found else None

    def generation(self, name: str, *, notice: Notice, progress: Progress) -> Generation:
        """The index of collection `name`, or of several, `one+other`, joined in memory.

        The shipped corpus is indexed on first use and again when it changed.

        :raises CollectionMissingError: when there is no such collection.
        :raises CollectionDamagedError: when a file of it is not what was written.
        :raises CollectionStaleError: when it was built with other embedders.
        """
        encoders = self.encoders()
        if len(several := collection_names(name)) > 1:
            return join([self.generation(one, notice=notice, progress=progress) for one in several], encoders)
        collection = self.collection(name)
        specs = [encoder.spec for encoder in encoders]
        if not collection.exists:
            raise CollectionMissingError(
                f"there is no collection {name!r}; "
                f"make it with `assistant library add PATH --collection {as_argument(name)}`"
            )
        if collection.current_generation() == collection.wanted_generation(specs):
            return self._open(collection, name, specs, notice)
        if name == DEFAULT_COLLECTION and not collection.current_generation():
            notice("indexing the shipped documents, once")
            return collection.build(encoders, progress)
        # Documents were added, the shipped ones changed, or this program now cuts or reads texts in another way. Other
        # embedders are a choice, not an update: they are refused with the command that makes it.
        try:
            collection.check(specs)
        except CollectionDamagedError as error:
            raise CollectionDamagedError(_repair(name, f"is damaged: {error}")) from error
        except CollectionStaleError as error:
            if error.field == "encoders":
                raise CollectionStaleError(_repair(name, str(error)), error.field) from error
        notice("the documents have changed: bringing the index up to date")
        return collection.build(encoders, progress)

    def _shipped(self) -> tuple[Document, ...]:
        """The shipped documents; the tables among them say what the user's own file says."""
        return with_tables(self.tables()) if self.home.prices.is_file() else shipped_documents()

    def _open(self, collection: Collection, name: str, specs: list[EncoderSpec], notice: Notice) -> Generation:
        """The current generation; where it is damaged the one before it, while that is sound."""
        try:
            return collection.open(specs)
        except CollectionDamagedError as error:
            message = _repair(name, f"is damaged: {error}")
            previous = collection.open_previous(specs)
            if previous is None:
                raise CollectionDamagedError(message) from error
            notice(f"{message}; until then the index before the last change answers")
            return previous
        except CollectionStaleError as error:
            raise CollectionStaleError(_repair(name, str(error)), error.field) from error


@contextmanager
def open_assistant(
    workspace: Workspace,
    *,
    collection: str = DEFAULT_COLLECTION,
    notice: Notice = lambda line: None,
    progress: Progress = lambda done, total: None,
) -> Iterator[Assistant]:
    """Everything ready to answer from `collection`; what was started is stopped when the body ends."""
    generation = workspace.generation(collection, notice=notice, progress=progress)
    searcher = workspace.searcher(generation)
    with workspace.backend() as backend:
        notice(f"backend {backend.name}: {backend.reason}")
        yield Assistant(
            searcher,
            backend,
            workspace.settings,
            collection=collection,
            tables=workspace.tables(),
            company=workspace.company,
        )


def warm_up(assistant: Assistant) -> None:
    """Do ahead what the first question would wait for: load the embedders, let the model read its instructions."""
    assistant.searcher.warm_up()
    if assistant.backend.client is not None:
        with suppress(ServerError):  # a server that is down now is told of when a question needs it
            for language in LANGUAGES:
                for _ in assistant.backend.client.stream([*instructions(language), Message("user", "?")], max_tokens=1):
                    pass


def switch_telemetry_off() -> None:
    """Set what keeps the libraries from calling home. To be called before they are imported.

    Gradio's variables can share a page with the internet, serve folders or let the page's code be edited: none counts.
    """
    for name in [name for name in os.environ if name.startswith("GRADIO_")]:
        del os.environ[name]
    os.environ.update(
        GRADIO_ANALYTICS_ENABLED="False",
        # It counts each event in a table that it makes anew after each, for a view that is closed here.
        GRADIO_ANALYTICS_CACHE_FREQUENCY=str(sys.maxsize),
        GRADIO_ANALYTICS_MAX_EVENTS="1",
        HF_HUB_DISABLE_TELEMETRY="1",
        HF_HUB_OFFLINE="1",
        TRANSFORMERS_OFFLINE="1",
        DO_NOT_TRACK="1",
    )


def _repair(name: str, what: str) -> str:
    return f"collection {name!r} {what}; run `assistant library build --collection {as_argument(name)}`"


def _lazy_encoder(model: Model, store: ModelStore) -> LazyEncoder:
    weights = store.fingerprint(model)
    prefixes = model.query_prefix + model.passage_prefix
    version = text_fingerprint(weights, prefixes) if prefixes else weights
    spec = EncoderSpec(f"{model.name}@{version[:12]}", frozenset(_languages(model)))

    def load() -> Encoder:
        return TogetherEncoder(SentenceEncoder.load(store.path(model), spec))

    return LazyEncoder(spec, load)


def _languages(model: Model) -> Iterator[Language]:
    for language in LANGUAGES:
        if language in model.languages:
            yield language
