"""What runs as long as a page or an API is open: the assistant on the newest index, conversations, library, counts."""

from __future__ import annotations

import threading
from collections.abc import Generator, Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path

from assistant.app import DEFAULT_COLLECTION, Notice, Workspace
from assistant.assistant import Assistant
from assistant.conversations import NOBODY, Conversations
from assistant.errors import BadQuestionError
from assistant.events import Event, Finished, Found, Wrote
from assistant.library import Library
from assistant.planner import Planner
from assistant.question import Turn, understand
from assistant.verifying.verification import Checked, marks_of
from assistant.watching import Health, Watching, health_of
from corpus.document import Document
from index.errors import IndexLayerError
from index.generation import Generation, Progress
from serving.errors import ServingError


@dataclass(frozen=True, slots=True)
class Asked:
    """A question that was taken and kept; its answer comes, and is kept, as `events` are drawn."""

    conversation: str
    turn: int
    events: Generator[Event, None, None]


class Service:
    """Answers and keeps what was answered. Any number of threads may ask."""

    def __init__(
        self,
        assistant: Assistant,
        library: Library,
        conversations: Conversations,
        planner: Planner,
        *,
        log: Path | None = None,
    ) -> None:
        """`log`: a file for a line about each question, without its words; None for no log."""
        self.watching = Watching(assistant.backend, log)
        self.library = library
        self.conversations = conversations
        self.planner = planner
        self._assistant = assistant
        self._renewing = threading.Lock()

    @property
    def assistant(self) -> Assistant:
        """The assistant on the newest index. Whoever has one keeps its index, whatever is swapped in meanwhile."""
        with self._renewing:
            searcher = self._assistant.searcher
            if self.library.collection.current_generation() not in ("", searcher.generation.id):
                try:
                    newest = self.library.generation(searcher.generation)
                    self._assistant = self._assistant.on(searcher.on(newest))
                except IndexLayerError:
                    # The answers so far rest on a sound index in memory; the next start tells what is wrong on disk.
                    return self._assistant
            return self._assistant

    @property
    def health(self) -> Health:
        """Whether questions can be answered and kept, and by what."""
        try:
            self.conversations.turns("")
            can_keep = bool(self.assistant.searcher.generation.id)
        except Exception:  # whatever is wrong, a look at health tells it and goes on
            can_keep = False
        return health_of(self._assistant.backend, can_keep=can_keep)

    def add(self, documents: Sequence[Document], progress: Progress = lambda done, total: None) -> None:
        """Add documents; the next question is answered from them too."""
        self._use(self.library.add(documents, progress, self._assistant.searcher.generation))

    def remove(self, document_id: str) -> bool:
        """Remove a document; the next question is answered without it. False when there is none of that id."""
        generation = self.library.remove(document_id, reuse=self._assistant.searcher.generation)
        if generation is not None:
            self._use(generation)
        return generation is not None

    def ask(self, conversation_id: str, question: str, *, owner: str = NOBODY) -> Asked:
        """Ask in a conversation of `owner`; one that is not known begins a new one.

        :raises BadQuestionError: when it cannot be asked as it is; nothing is kept then.
        """
        understand(question)
        conversations = self.conversations.of(owner)
        history = [
            Turn(turn.question, turn.answer.answer)
            for turn in conversations.turns(conversation_id)
            if turn.answer is not None
        ]
        conversation_id, turn = conversations.ask(conversation_id, question.strip())
        asker = conversation_id if owner == NOBODY else owner
        return Asked(conversation_id, turn, self._kept(turn, self.stream(question, history, asker=asker)))

    def ask_again(self, conversation_id: str, turn: int, question: str, *, owner: str = NOBODY) -> Asked:
        """Ask `question` in place of `turn`; what followed it is forgotten."""
        understand(question)
        self.conversations.of(owner).cut(conversation_id, turn)
        return self.ask(conversation_id, question, owner=owner)

    def stream(self, question: str, history: Sequence[Turn] = (), *, asker: str = "") -> Generator[Event, None, None]:
        """Answer without keeping; see `Assistant.stream`. Where several wait for the model, askers take turns."""
        is_done = False
        try:
            for event in self.assistant.asked_by(asker).stream(question, history):
                if isinstance(event, Finished):
                    is_done = True
                    self.watching.answered(event.answer)
                yield event
        except ServingError as error:
            is_done = True
            self.watching.failed(error)
            raise
        except BadQuestionError:
            is_done = True
            raise
        finally:
            if not is_done:
                self.watching.stopped()

    def _use(self, generation: Generation) -> None:
        with self._renewing:
            self._assistant = self._assistant.on(self._assistant.searcher.on(generation))

    def _kept(self, turn: int, events: Iterator[Event]) -> Generator[Event, None, None]:
        text = tail = ""
        finished = False
        try:
            for event in events:
                if isinstance(event, Found):
                    self.conversations.found(turn, event.passages)
                elif isinstance(event, Checked):
                    text += event.before + event.sentence.text + marks_of(event.sentence)
                    self.conversations.wrote(turn, text)
                elif isinstance(event, Wrote):
                    tail = event.tail
                elif isinstance(event, Finished):
                    self.conversations.finished(turn, event.answer)
                    finished = True
                yield event
        except ServingError as error:
            self.conversations.failed(turn, str(error))
            finished = True
            raise
        finally:
            if not finished:  # stopped by the asker, or by an error that nobody foresaw
                self.conversations.wrote(turn, text + tail)


@contextmanager
def open_service(
    workspace: Workspace,
    *,
    collection: str = DEFAULT_COLLECTION,
    notice: Notice = lambda line: None,
    progress: Progress = lambda done, total: None,
) -> Iterator[Service]:
    """Everything ready to answer and to keep; what was started is stopped when the body ends."""
    generation = workspace.generation(collection, notice=notice, progress=progress)
    encoders = workspace.encoders()
    with (
        closing(Conversations.open(workspace.home.conversations)) as conversations,
        workspace.backend(stands_in=True) as backend,
    ):
        notice(f"backend {backend.name}: {backend.reason}")
        assistant = Assistant(workspace.searcher(generation), backend, workspace.settings, collection=collection)
        planner = Planner(assistant.tables, workspace.home.profile)
        library = Library(workspace.collection(collection), encoders)
        yield Service(assistant, library, conversations, planner, log=workspace.home.requests)
