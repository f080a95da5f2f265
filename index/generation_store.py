"""Generations, segments and bridges in a collection's folder: written, opened, checked, swept."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

from corpus.document import text_fingerprint
from index.basis import Basis, versions
from index.bridge import Bridge
from index.chunk import LANGUAGES
from index.encoder import EncoderSpec
from index.entry import Entry
from index.errors import CollectionDamagedError, CollectionStaleError, IndexLayerError
from index.files import (
    parse_record,
    read_head,
    read_part,
    read_regular,
    remove_tree,
    write_part,
    write_then_rename,
)
from index.generation import Generation, View
from index.plan import Chosen
from index.segment import Segment
from index.space import Space

# <id>-<the first digits of the sha256 of the file>
_GENERATION = re.compile(r"[0-9a-f]{16}-[0-9a-f]{16}")
_PART = re.compile(r"[0-9a-f]{16,24}")
_READERS = 4  # files are hashed by so many threads


class GenerationStore:
    """The index half of a collection's folder."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._generations, self._segments = folder / "generations", folder / "segments"
        self._bridges = folder / "bridges"

    def current(self) -> str:
        """The name of the generation that answers, or an empty string."""
        try:
            return (self._folder / "current").read_text(encoding="utf-8", errors="replace").strip()
        except OSError:
            return ""

    def check(self, name: str, encoders: Sequence[EncoderSpec]) -> dict[str, Any]:
        """What the generation of that name says of itself, if it was built as things are built now."""
        manifest = self._manifest(name)
        for field, now in versions(encoders).items():
            if (was := manifest.get(field)) != now:
                raise CollectionStaleError(f"the index was built with {field} {was}, now it is {now}", field)
        return manifest

    def load(self, name: str, encoders: Sequence[EncoderSpec], reuse: Generation | None = None) -> Generation:
        """The generation of that name; segments that `reuse` holds are not read again.

        :raises CollectionDamagedError: when a file is missing or not what was written.
        :raises CollectionStaleError: when it was built with other versions or encoders than now.
        """
        manifest = self.check(name, encoders)
        held = {view.segment.id: view.segment for view in reuse.views} if reuse else {}
        try:
            basis = self.load_basis(manifest["basis"])
            if reuse is None or reuse.basis.record() != basis.record():
                held = {}
            named = {str(id): (str(sha), frozenset(ids)) for id, (sha, ids) in manifest["segments"].items()}
        except (KeyError, TypeError, ValueError, AttributeError) as error:
            raise CollectionDamagedError(f"{self._path(name)} is not readable ({error!r})") from error
        missing = [id for id in named if id not in held]
        with ThreadPoolExecutor(_READERS) as pool:
            loading = [pool.submit(self.load_segment, id, basis, named[id][0]) for id in missing]
            held |= dict(zip(missing, (future.result() for future in loading), strict=True))
        return Generation(manifest["id"], basis, [View.of(held[id], documents) for id, (_, documents) in named.items()])

    def load_previous(self, encoders: Sequence[EncoderSpec]) -> Generation | None:
        """The newest sound generation that is not the current one; None when there is none."""
        names = [path.stem for path in self._generations.glob("*.json") if path.stem != self.current()]
        for name in sorted(names, key=lambda name: self._path(name).stat().st_mtime_ns, reverse=True):
            try:
                return self.load(name, encoders)
            except IndexLayerError:
                continue
        return None

    def load_basis(self, record: Mapping[str, Any]) -> Basis:
        """The basis that gave `record`, its bridges read from the disk."""
        spaces = []
        for space in record["spaces"]:
            encoder = EncoderSpec(space["encoder"], frozenset(space["languages"]))
            bridges = {
                language: Bridge.load(read_part(self._bridges / _bridge_id(encoder, print)), print)
                for language, print in space["bridges"].items()
                if language in LANGUAGES
            }
            tables = {
                language: EncoderSpec(name, frozenset({language}), into=encoder.name)
                for language, name in space["tables"].items()
                if language in LANGUAGES
            }
            spaces.append(Space(encoder, bridges, tables))
        return Basis(tuple(spaces))

    def load_segment(self, id: str, basis: Basis, sha256: str = "") -> Segment:
        """A segment, every byte checked."""
        return Segment.load(id, read_part(self._segments / _part(id), sha256), basis)

    def current_basis(self) -> Basis | None:
        """The basis of the current generation, whatever it was built with; None where it cannot be read."""
        try:
            return self.load_basis(self._manifest(self.current())["basis"])
        except (IndexLayerError, KeyError, TypeError, ValueError, AttributeError):
            return None

    def current_segments(self) -> dict[str, set[str]]:
        """The segments of the current generation and the ids of all documents they hold; none that cannot be read."""
        held: dict[str, set[str]] = {}
        try:
            for id in self._manifest(self.current())["segments"]:
                held[id] = set(read_head(self._segments / _part(id))[0]["documents"])
        except (IndexLayerError, KeyError, TypeError, AttributeError):
            pass
        return held

    def segments_on(self, basis: Basis) -> dict[str, dict[str, Entry]]:
        """The sound segments of `basis` on the disk with what they hold; one that is damaged is left out."""
        record = basis.record()
        names = [path.name for path in _children(self._segments) if _PART.fullmatch(path.name)]
        with ThreadPoolExecutor(_READERS) as pool:
            return {
                id: entries
                for id, entries in zip(names, pool.map(lambda id: self._sound(id, record), names), strict=True)
                if entries
            }

    def save_segment(self, segment: Segment, basis: Basis) -> Chosen:
        """Write a segment; it is durable when this returns."""
        write_part(self._segments / segment.id, segment.head(basis), segment.files())
        return Chosen(segment.id, segment.entries, frozenset(segment.entries))

    def save_bridges(self, basis: Basis) -> None:
        """Write the bridges that are not there yet."""
        for space in basis.spaces:
            for bridge in space.bridges.values():
                folder = self._bridges / _bridge_id(space.encoder, bridge.fingerprint)
                try:
                    read_part(folder)
                except CollectionDamagedError:
                    write_part(folder, {}, bridge.files())

    def swap_in(self, id: str, basis: Basis, chosen: Sequence[Chosen], *, keep_previous: bool) -> str:
        """Make the generation of these segments the current one and sweep what is left over. Its name."""
        segments = {
            segment.id: [read_head(self._segments / segment.id)[1], sorted(segment.documents)]
            for segment in sorted(chosen, key=lambda segment: segment.id)
        }
        manifest = {**versions(basis.encoders), "id": id, "basis": basis.record(), "segments": segments}
        raw = json.dumps(manifest, ensure_ascii=True).encode()
        name = f"{id}-{hashlib.sha256(raw).hexdigest()[:16]}"
        previous = self.current()
        self._generations.mkdir(parents=True, exist_ok=True)
        write_then_rename(self._path(name), raw)
        if name != previous:
            write_then_rename(self._folder / "current", name.encode())
        self._sweep({name, previous} if keep_previous else {name})
        return name

    def damages(self, encoders: Sequence[EncoderSpec]) -> Iterator[str]:
        """What is wrong with the current generation, a line for every damaged part."""
        name = self.current()
        if not name:
            return
        try:
            manifest = self.check(name, encoders)
            basis = self.load_basis(manifest["basis"])
        except IndexLayerError as error:
            yield str(error)
            return
        for id, (sha256, _) in manifest["segments"].items():
            try:
                self.load_segment(id, basis, sha256)
            except CollectionDamagedError as error:
                yield str(error)

    def _sound(self, id: str, basis: Mapping[str, Any]) -> dict[str, Entry]:
        try:
            head, digest = read_head(self._segments / id)
            if head.get("basis") != basis:
                return {}
            read_part(self._segments / id, digest)
            return {document: Entry(*record) for document, record in head["documents"].items()}
        except (CollectionDamagedError, KeyError, TypeError, ValueError, AttributeError):
            return {}

    def _manifest(self, name: str) -> dict[str, Any]:
        if not _GENERATION.fullmatch(name):
            if (self._generations / name).is_dir() and re.fullmatch(r"[0-9a-f]{16}", name):
                raise CollectionStaleError("the index was built with an earlier format", "format")
            raise CollectionDamagedError(f"{self._folder / 'current'} names no generation")
        raw = read_regular(self._path(name))
        if hashlib.sha256(raw).hexdigest()[:16] != name.partition("-")[2]:
            raise CollectionDamagedError(f"{self._path(name)} is not what was written")
        return parse_record(self._path(name), raw)

    def _path(self, name: str) -> Path:
        return self._generations / f"{name}.json"

    def _sweep(self, names: set[str]) -> None:
        """Remove generations other than `names`, and parts that belong to none of these."""
        segments: set[str] = set()
        bridges: set[str] = set()
        for name in names:
            try:
                manifest = self._manifest(name)
                segments.update(manifest["segments"])
                for space in manifest["basis"]["spaces"]:
                    encoder = EncoderSpec(space["encoder"], frozenset(space["languages"]))
                    bridges.update(_bridge_id(encoder, print) for print in space["bridges"].values())
            except (IndexLayerError, KeyError, TypeError, ValueError, AttributeError):
                continue
        for folder, kept in (
            (self._generations, {f"{name}.json" for name in names}),
            (self._segments, segments),
            (self._bridges, bridges),
        ):
            for path in _children(folder):
                if path.name not in kept:
                    remove_tree(path)


def _bridge_id(encoder: EncoderSpec, fingerprint: str) -> str:
    return text_fingerprint(encoder.name, fingerprint)[:24]


def _part(id: str) -> str:
    if not _PART.fullmatch(id):
        raise CollectionDamagedError(f"{id!r} names no segment")
    return id


def _children(folder: Path) -> list[Path]:
    return sorted(folder.iterdir()) if folder.is_dir() else []
