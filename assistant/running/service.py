"""What runs as long as a page or an API is open: the assistant on the newest index, conversations, library, counts."""

from __future__ import annotations

from collections.abc import Generator, Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path

from assistant.app import Notice, Workspace
from assistant.assistant import Assistant
from assistant.calculating.planner import Planner
from assistant.collection_names import DEFAULT_COLLECTION
from assistant.errors import BadQuestionError
from assistant.events import Event, Finished, Found, Wrote
from assistant.keeping.conversations import NOBODY, Conversations
from assistant.running.places import Place, Places
from assistant.running.shelves import Shelves
from assistant.running.watching import Health, Watching, health_of
from assistant.understanding.question import Turn, understand
from assistant.verifying.verification import Checked, marks_of
from corpus.document import Document
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
        shelves: Shelves,
        conversations: Conversations,
        planner: Planner,
        *,
        log: Path | None = None,
    ) -> None:
        """`log`: a file for a line about each question, without its words; None for no log."""
        self.watching = Watching(assistant.backend, log)
        self.shelves = shelves
        self.conversations = conversations
        self.planner = planner
        self.places = Places()
        self._assistant = assistant

    @property
    def assistant(self) -> Assistant:
        """The assistant on the newest index of the usual collection; see `assistant_on`."""
        return self.assistant_on("")

    def assistant_on(self, choice: str) -> Assistant:
        """The assistant on the newest index of one collection or of several, `one+other`; of the usual one without.

        :raises AssistantError: when there can be no such collection.
        :raises IndexLayerError: when there is none, or it cannot be opened.
        """
        return self._assistant.on(self.shelves.searcher(choice), choice or self.shelves.usual)

    @property
    def health(self) -> Health:
        """Whether questions can be answered and kept, and by what."""
        try:
            self.conversations.turns("")
            can_keep = bool(self.assistant.searcher.generation.id)
        except Exception:  # whatever is wrong, a look at health tells it and goes on
            can_keep = False
        return health_of(self._assistant.backend, can_keep=can_keep)

    def add(
        self, documents: Sequence[Document], progress: Progress = lambda done, total: None, *, collection: str = ""
    ) -> None:
        """Add documents to a collection, which may be new; the next question is answered from them too."""
        name = collection or self.shelves.usual
        self.shelves.take(name, self.shelves.library(name).add(documents, progress, self._open(name)))

    def remove(self, document_id: str, *, collection: str = "") -> bool:
        """Remove a document; the next question is answered without it. False when there is none of that id."""
        name = collection or self.shelves.usual
        generation = self.shelves.library(name).remove(document_id, reuse=self._open(name))
        if generation is not None:
            self.shelves.take(name, generation)
        return generation is not None

    def ask(self, conversation_id: str, question: str, *, owner: str = NOBODY, choice: str = "") -> Asked:
        """Ask the collections of `choice` in a conversation of `owner`; one that is not known begins a new one.

        :raises BadQuestionError: when it cannot be asked as it is; nothing is kept then, nor in what follows.
        :raises TooManyQuestionsError: when too many are being answered.
        :raises IndexLayerError: when these collections cannot be asked.
        """
        return self._asked(conversation_id, question, self._ready(question, owner, choice), owner, choice)

    def ask_again(
        self, conversation_id: str, turn: int, question: str, *, owner: str = NOBODY, choice: str = ""
    ) -> Asked:
        """Ask `question` in place of `turn`; what followed it is forgotten. See `ask`."""
        ready = self._ready(question, owner, choice)
        self.conversations.of(owner).cut(conversation_id, turn)
        return self._asked(conversation_id, question, ready, owner, choice)

    def stream(
        self, question: str, history: Sequence[Turn] = (), *, owner: str = NOBODY, choice: str = ""
    ) -> Generator[Event, None, None]:
        """Answer without keeping. What `ask` raises is raised at once, not at the first event."""
        assistant, place = self._ready(question, owner, choice)
        return self._watched(assistant.asked_by(owner), question, history, place)

    def _ready(self, question: str, owner: str, choice: str) -> tuple[Assistant, Place]:
        understand(question)
        return self.assistant_on(choice), self.places.enter(owner)

    def _asked(
        self, conversation_id: str, question: str, ready: tuple[Assistant, Place], owner: str, choice: str
    ) -> Asked:
        assistant, place = ready
        conversations = self.conversations.of(owner)
        history = [
            Turn(turn.question, turn.answer.answer)
            for turn in conversations.turns(conversation_id)
            if turn.answer is not None
        ]
        conversation_id, turn = conversations.ask(conversation_id, question.strip(), choice)
        # Where several wait for the model, askers take turns.
        asker = conversation_id if owner == NOBODY else owner
        events = self._watched(assistant.asked_by(asker), question, history, place)
        return Asked(conversation_id, turn, self._kept(turn, events))

    def _watched(
        self, assistant: Assistant, question: str, history: Sequence[Turn], place: Place
    ) -> Generator[Event, None, None]:
        is_done = False
        try:
            for event in assistant.stream(question, history):
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
            place.leave()
            if not is_done:
                self.watching.stopped()

    def _open(self, name: str) -> Generation | None:
        """The index of a collection, None where there is none yet."""
        return self.shelves.generation(name) if name in self.shelves.names else None

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
    """Everything ready to answer and to keep; what was started is stopped when the body ends.

    :raises SettingsError: when `collection` names none, or several: those are chosen while asking.
    """
    workspace.home.collection(collection)
    generation = workspace.generation(collection, notice=notice, progress=progress)
    searcher = workspace.searcher(generation)
    with (
        closing(Conversations.open(workspace.home.conversations)) as conversations,
        workspace.backend(stands_in=True) as backend,
    ):
        notice(f"backend {backend.name}: {backend.reason}")
        assistant = Assistant(
            searcher,
            backend,
            workspace.settings,
            collection=collection,
            tables=workspace.tables(),
            company=workspace.company,
        )
        planner = Planner(assistant.tables, workspace.home.profile)
        shelves = Shelves(workspace, collection, searcher)
        yield Service(assistant, shelves, conversations, planner, log=workspace.home.requests)
