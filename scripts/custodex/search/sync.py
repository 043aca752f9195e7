"""Keeping the index in step with the records: what changed is replaced in one commit, anything odd rebuilds.

The index is derived and disposable. It is made anew when its version, the epoch of the catalog or the
fingerprint of schema and audience differ, or when a file of it is missing or cut short.
"""

from __future__ import annotations

import json
import re
import shutil
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from custodex import hanzi, indexfiles
from custodex.errors import EnvironmentFault
from custodex.indexfiles import DAMAGE, Described, Segment
from custodex.postings import positions
from custodex.search.fields import Fields, fields_of
from custodex.search.record import Reader
from custodex.search.rows import id_term
from custodex.texts import Text

if TYPE_CHECKING:
    from custodex.whooshindex import Index

VERSION = 6
_SYLLABLE = re.compile("[A-Z][a-z]*")
_STATE = "state.json"
_FOLD, _READINGS = "fold.txt", "readings.txt"
_WAIT = 20.0


@dataclass(frozen=True, slots=True)
class SyncResult:
    """What a sync did: customers written and taken out, and whether it began anew."""

    added: int
    removed: int
    rebuilt: bool


def folder_of(root: Path, audience: str | None) -> Path:
    """Return where the index of an audience lies."""
    return root / ".custodex" / "index" / (audience or "all")


def sync(reader: Reader, folder: Path, *, wait: float = _WAIT, processes: int = 2) -> SyncResult:
    """Bring the index in *folder* up to what *reader* sees; wait at most *wait* seconds for others."""
    folder.mkdir(parents=True, exist_ok=True)
    if _is_current(reader, folder):
        return SyncResult(0, 0, rebuilt=False)
    from custodex.whooshindex import Index

    index = Index(folder)
    if not index.acquire(wait):
        raise EnvironmentFault(
            Text("另一个进程正在写入搜索索引", "another process is writing the search index"),
            Text("稍后再试", "try again in a moment"),
        )
    try:
        state = read_state(folder)
        if state is not None and _matches(reader, state):
            try:
                return _update(reader, index, state)
            except DAMAGE:
                pass  # what a commit left behind cannot be read: begin anew
        return _rebuild(reader, index, processes)
    finally:
        index.release()


def _is_current(reader: Reader, folder: Path) -> bool:
    """Tell without the lock whether there is nothing to do, so that readers never wait for each other."""
    state = read_state(folder)
    return state is not None and _matches(reader, state) and state["seq"] == reader.seq


def read_state(folder: Path) -> dict[str, Any] | None:
    """Return what the last sync noted, None when it does not fit the files of the index."""
    try:
        state: dict[str, Any] = json.loads((folder / _STATE).read_text("utf-8"))
        fits = state["generation"] == indexfiles.generation(folder) and state["files"] == indexfiles.files(
            folder
        )
    except DAMAGE:
        return None
    return state if fits and state.get("version") == VERSION else None


def _matches(reader: Reader, state: Mapping[str, Any]) -> bool:
    return bool(state["epoch"] == reader.epoch and state["fingerprint"] == reader.fingerprint)


def _rebuild(reader: Reader, index: Index, processes: int) -> SyncResult:
    from custodex.search.forks import build_segments

    (index.folder / _STATE).unlink(missing_ok=True)
    index.create()
    fields = fields_of(reader.book.schemas)
    seq = reader.seq
    fresh = build_segments(index, reader, fields, processes)
    index.commit((), fresh, {})
    _save_fold(index.folder)
    _save_readings(index.folder)
    _write_state(reader, index, fields, seq)
    return SyncResult(sum(segment.doc_count_all() for segment in fresh), 0, rebuilt=True)


def _update(reader: Reader, index: Index, state: Mapping[str, Any]) -> SyncResult:
    """Replace what changed since the state was noted."""
    from custodex.search.listing import listed
    from custodex.search.segments import seal, to_merge, used

    seq = reader.seq
    fields = Fields(tuple(state["fields"]["keywords"]), tuple(state["fields"]["texts"]))
    keys = [key for key, _, _ in reader.changes(int(state["seq"]))]
    changed = sorted(key.partition("/")[2] for key in keys if key.startswith("customers/"))
    segments = open_segments(index.folder, state)
    deleted = {segment.name: _numbers(segment, changed) for segment in segments}
    rows = list(listed(reader, [f"customers/{one}" for one in changed], fields))
    written = len(rows)
    merged = to_merge(segments, deleted)
    for segment in merged:
        rows.extend(used(segment, deleted[segment.name]))
    if rows or any(deleted.values()):
        kept = [segment.name for segment in segments if segment not in merged]
        index.commit(kept, [seal(index, rows)] if rows else [], deleted)
    _write_state(reader, index, fields, seq)
    return SyncResult(written, sum(map(len, deleted.values())), rebuilt=False)


def open_segments(folder: Path, state: Mapping[str, Any]) -> list[Segment]:
    """Open the segments a state names."""
    return [
        Segment(folder, Described(name, count, tuple(deleted))) for name, count, deleted in state["segments"]
    ]


def _numbers(segment: Segment, ids: Iterable[str]) -> list[int]:
    return sorted(number for one in ids for number in positions(segment.holding(id_term(one)) & segment.live))


def _write_state(reader: Reader, index: Index, fields: Fields, seq: int) -> None:
    state = {
        "version": VERSION,
        "epoch": reader.epoch,
        "fingerprint": reader.fingerprint,
        "seq": seq,
        "generation": indexfiles.generation(index.folder),
        "segments": [(one.name, one.count, one.deleted) for one in index.describe()],
        "fields": fields.to_json(),
        "files": indexfiles.files(index.folder),
    }
    _replace(index.folder / _STATE, json.dumps(state, ensure_ascii=False, indent=1, sort_keys=True))


def _save_fold(folder: Path) -> None:
    """Keep the table of traditional characters, so that a query need not load OpenCC."""
    pairs = "".join(chr(code) + char for code, char in sorted(hanzi.simplified().items()))
    _replace(folder / _FOLD, pairs)


def _save_readings(folder: Path) -> None:
    """Keep the readings of characters, so that an export for the browser need not load pypinyin."""
    _replace(
        folder / _READINGS, "\n".join(char + "".join(ways) for char, ways in hanzi.common_readings().items())
    )


def load_readings(folder: Path) -> hanzi.Spelled:
    """Return what reads names by their characters, as it did when the index was made."""
    lines = (folder / _READINGS).read_text("utf-8").split("\n")
    return hanzi.Spelled({line[0]: _SYLLABLE.findall(line) for line in lines})


def load_fold(folder: Path) -> hanzi.Fold:
    """Return the fold the index was made with."""
    try:
        pairs = (folder / _FOLD).read_text("utf-8")
    except OSError:
        return hanzi.fold
    return hanzi.Fold({ord(char): new for char, new in zip(pairs[::2], pairs[1::2], strict=True)})


def _replace(path: Path, text: str) -> None:
    part = path.with_name(path.name + ".part")
    part.write_text(text, encoding="utf-8")
    part.replace(path)


def discard(folder: Path) -> None:
    """Remove the index; the next sync makes it anew."""
    shutil.rmtree(folder, ignore_errors=True)
