"""The collections of a home that can be asked, one or several together; each is opened when it is first asked."""

from __future__ import annotations

import threading
from collections.abc import Iterable
from contextlib import suppress

from assistant.app import Workspace
from assistant.collection_names import choice_of, collection_names
from assistant.errors import SettingsError
from assistant.library import Library
from index.errors import IndexLayerError
from index.generation import Generation
from index.joining import join, joined_id
from index.search import Searcher


class Shelves:
    """Any number of threads may ask. Whoever has a searcher keeps its index, whatever is swapped in meanwhile."""

    def __init__(self, workspace: Workspace, usual: str, searcher: Searcher) -> None:
        """`searcher` searches the collection `usual`, which is asked where nothing is chosen."""
        self.usual = usual
        self._workspace = workspace
        self._encoders = workspace.encoders()
        self._searcher = searcher
        self._generations = {usual: searcher.generation}
        self._joined: dict[str, Generation] = {}
        self._libraries: dict[str, Library] = {}
        # One for each choice, so that nobody waits for the opening of what they did not ask.
        self._locks: dict[str, threading.RLock] = {}

    @property
    def names(self) -> list[str]:
        """The collections that have an index, the usual one first."""
        found = sorted(self._workspace.home.collection_folders())
        return [self.usual, *(name for name in found if name != self.usual and self._is_indexed(name))]

    def known(self, names: Iterable[str]) -> str:
        """Those of `names` that are there, as one choice; the usual one where none is."""
        given = set(names)
        return choice_of([name for name in self.names if name in given] or [self.usual])

    def library(self, name: str = "") -> Library:
        """The collection `name` to add to and to take from; it needs not be there yet.

        :raises SettingsError: when that can be no name.
        """
        name = name or self.usual
        if name not in self._libraries:
            self._libraries[name] = Library(self._workspace.collection(name), self._encoders)
        return self._libraries[name]

    def generation(self, choice: str = "") -> Generation:
        """The newest index of one collection or of several.

        :raises IndexLayerError: when there is none, or it cannot be opened.
        """
        names = collection_names(choice or self.usual)
        return self._newest(names[0]) if len(names) == 1 else self._together(names)

    def searcher(self, choice: str = "") -> Searcher:
        """What searches the newest index of `choice`; see `generation`."""
        generation = self.generation(choice)
        if generation is not self._searcher.generation:
            searcher = self._searcher.on(generation)
            if choice not in ("", self.usual):
                return searcher
            self._searcher = searcher
        return self._searcher

    def take(self, name: str, generation: Generation) -> None:
        """Let a generation that was just built answer."""
        with self._lock(name):
            self._generations[name] = generation

    def _newest(self, name: str) -> Generation:
        with self._lock(name):
            held = self._generations.get(name)
            if held is None:
                held = self._workspace.generation(name, notice=lambda line: None, progress=lambda done, total: None)
            elif self.library(name).collection.current_generation() not in ("", held.id):
                # The answers so far rest on a sound index in memory; the next start tells what is wrong on the disk.
                with suppress(IndexLayerError):
                    held = self.library(name).generation(held)
            self._generations[name] = held
            return held

    def _together(self, names: list[str]) -> Generation:
        choice = choice_of(names)
        with self._lock(choice):
            parts = [self._newest(name) for name in names]
            joined = self._joined.get(choice)
            if joined is None or joined.id != joined_id(parts):
                joined = self._joined[choice] = join(parts, self._encoders)
            return joined

    def _lock(self, choice: str) -> threading.RLock:
        return self._locks.setdefault(choice, threading.RLock())

    def _is_indexed(self, name: str) -> bool:
        try:
            return bool(self.library(name).collection.current_generation())
        except SettingsError:
            return False  # some other folder
