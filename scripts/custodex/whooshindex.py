"""The one place that knows Whoosh: an index of documents with packed rows and sets of terms.

Whoosh keeps the segments, the table of contents, the commit, the lock and the list of columns. What stands in
them is our own, written whole by a codec of ours: rows in compressed blocks (`rowfile`), terms in sorted blocks
with packed sets of documents (`termtable`, `postings`), gathered in bulk by `search.gathering`. A posting says
only that a document holds a term: no positions, frequencies or lengths. Whoosh's query parser and matchers are
not used; they would decode posting by posting what is one operation on an integer. The distribution is
Whoosh-Reloaded; another one is a change of this module.
"""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from whoosh import columns, fields, formats
from whoosh.codec import base
from whoosh.codec.whoosh3 import W3Codec
from whoosh.filedb.filestore import FileStorage
from whoosh.index import TOC, FileIndex, clean_files
from whoosh.writing import SegmentWriter

from custodex.indexfiles import COLUMNS, NAME, Described
from custodex.rowfile import RowWriter
from custodex.termtable import write as write_terms


class Rows(columns.Column):  # type: ignore[misc]
    """A column of byte rows in compressed blocks."""

    def writer(self, dbfile: Any) -> Any:
        """Rows are written by `DocumentWriter` itself, which knows how many go into a block."""
        raise NotImplementedError

    def default_value(self, reverse: bool = False) -> bytes:
        """Return the row of a document that was given none."""
        return b""


class TermsCodec(W3Codec):  # type: ignore[misc]
    """Whoosh's codec with its terms and postings replaced by a `termtable`."""

    length_stats = False

    def per_document_writer(self, storage: Any, segment: Any) -> DocumentWriter:
        """Return the writer of rows."""
        return DocumentWriter(self, storage, segment)

    def field_writer(self, storage: Any, segment: Any) -> TermsWriter:
        """Return the writer of the inverted index."""
        return TermsWriter(segment.create_file(storage, self.TERMS_EXT))


class DocumentWriter(base.PerDocumentWriter):  # type: ignore[misc]
    """Writes the rows of one segment straight to their files; several processes may do so in one folder."""

    def __init__(self, codec: W3Codec, storage: Any, segment: Any) -> None:
        self._storage, self._segment = storage, segment
        self._columns: dict[str, tuple[Any, RowWriter]] = {}
        self.is_closed = False

    def start_doc(self, docnum: int) -> None:
        """Begin a document; documents come in order, each with every row."""

    def add_column_value(self, fieldname: str, columnobj: Rows, value: bytes) -> None:
        """Write one row."""
        if fieldname not in self._columns:
            out = self._storage.create_file(W3Codec.column_filename(self._segment, fieldname))
            self._columns[fieldname] = (out, RowWriter(out, COLUMNS[fieldname]))
        self._columns[fieldname][1].add(value)

    def add_field(self, fieldname: str, fieldobj: Any, value: Any, length: int) -> None:
        """Nothing is stored but rows."""

    def finish_doc(self) -> None:
        """End a document."""

    def close(self) -> None:
        """Write where the rows end and close their files."""
        for out, column in self._columns.values():
            column.finish()
            out.close()
        self.is_closed = True


class TermsWriter(base.FieldWriter):  # type: ignore[misc]
    """Writes the terms of one segment from the pool."""

    def __init__(self, out: Any) -> None:
        self._out = out
        self.is_closed = False

    def add_postings(self, schema: Any, lengths: Any, items: Iterable[tuple[bytes, bytes]]) -> None:
        """Write `(term, packed postings)`, sorted by term."""
        write_terms(self._out, items)

    def close(self) -> None:
        """Close the file."""
        self._out.close()
        self.is_closed = True

    # Whoosh's own way of writing posting by posting is never taken
    start_field = start_term = add = finish_term = finish_field = None


class Pool:
    """Hands the postings of a segment to Whoosh; they come gathered and sorted."""

    def __init__(self) -> None:
        self.postings: Iterable[tuple[bytes, bytes]] = ()

    def iter_postings(self) -> Iterable[tuple[bytes, bytes]]:
        """Return the terms with their packed postings, sorted by term."""
        return self.postings

    def cleanup(self) -> None:
        """Forget everything."""
        self.postings = ()


class Terms(fields.FieldType):  # type: ignore[misc]
    """A field whose value is a set of ready-made terms."""

    def __init__(self) -> None:
        super().__init__(formats.Existence(), None)

    def index(self, value: Iterable[str], **kwargs: Any) -> Iterator[tuple[bytes, int, float, bytes]]:
        """Yield the terms in the form Whoosh's analysis has."""
        return ((term.encode(), 1, 1.0, b"") for term in set(value))


class Column(fields.FieldType):  # type: ignore[misc]
    """A field that is only a row."""

    indexed = False

    def __init__(self) -> None:
        super().__init__(None, None)
        self.column_type = Rows()


class Writer(SegmentWriter):  # type: ignore[misc]
    """Writes one new segment; several may be written side by side, in several processes."""

    def __init__(self, index: FileIndex) -> None:
        super().__init__(index, _lk=False, codec=TermsCodec(), compound=False)
        self.pool = Pool()

    def add(self, rows: Mapping[str, bytes]) -> None:
        """Add the rows of the next document."""
        self.perdocwriter.start_doc(self.docnum)
        for name, row in rows.items():
            self.perdocwriter.add_column_value(name, self.schema[name].column_type, row)
        self.perdocwriter.finish_doc()
        self._added = True
        self.docnum += 1

    def seal(self, postings: Iterable[tuple[bytes, bytes]]) -> Any:
        """Finish the segment with its packed *postings*, sorted by term.

        Returns what the table of contents keeps of it; None when it is empty.
        """
        self.pool.postings = postings
        segment = self._finalize_segment() if self.docnum else self._close_segment()
        self._tempstorage.destroy()
        return segment


class Index:
    """An index in one folder. Reading needs no lock; whoever writes holds it (`lock`)."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._storage = FileStorage(str(folder))
        self._lock: Any = None

    def acquire(self, seconds: float) -> bool:
        """Take the lock of writers within *seconds*; False when another process keeps it."""
        lock = self._storage.lock(f"{NAME}_WRITELOCK")
        end = time.monotonic() + seconds
        while not lock.acquire(blocking=False):
            if time.monotonic() >= end:
                return False
            time.sleep(0.05)
        self._lock = lock
        return True

    def release(self) -> None:
        """Give the lock of writers back."""
        if self._lock is not None:
            self._lock.release()
            self._lock = None

    def create(self) -> None:
        """Begin anew with an empty index."""
        schema = fields.Schema(terms=Terms(), **{name: Column() for name in COLUMNS})
        TOC.create(self._storage, schema, NAME)
        clean_files(self._storage, NAME, 0, [])

    def writer(self) -> Writer:
        """Return a writer of one new segment."""
        return Writer(FileIndex(self._storage, indexname=NAME))

    def commit(self, kept: Iterable[str], fresh: Sequence[Any], deleted: Mapping[str, Sequence[int]]) -> None:
        """Make the segments named *kept* and the *fresh* ones the content of the index, in one step.

        *deleted* names documents that are gone, by the name of their segment.
        """
        contents = TOC.read(self._storage, NAME)
        names = set(kept)
        segments = [one for one in contents.segments if one.segid in names]
        for segment in segments:
            for number in deleted.get(segment.segid, ()):
                segment.delete_document(number)
        segments.extend(fresh)
        generation = int(contents.generation) + 1
        TOC(contents.schema, segments, generation).write(self._storage, NAME)
        clean_files(self._storage, NAME, generation, segments)

    def describe(self) -> list[Described]:
        """Return what readers must know of the segments."""
        contents = TOC.read(self._storage, NAME)
        return [
            Described(one.segid, one.doc_count_all(), tuple(sorted(one.deleted_docs())))
            for one in contents.segments
        ]
