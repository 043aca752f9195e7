"""The one place that knows Whoosh: an index of documents with packed rows and sets of terms.

Whoosh keeps the segments, the table of contents, the commit, the lock and the per-document columns. Terms are
written by a codec of our own: a posting says only that a document holds a term (no positions, frequencies or
lengths; a match is confirmed on the stored row), which makes the index small and a posting list a set that
is intersected as one integer. The distribution is Whoosh-Reloaded; another one is a change of this module.
"""

from __future__ import annotations

import time
from array import array
from collections import defaultdict, deque
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import repeat
from pathlib import Path
from typing import Any

from whoosh import columns, fields, formats
from whoosh.codec import base
from whoosh.codec.whoosh3 import W3Codec
from whoosh.filedb.filestore import FileStorage
from whoosh.index import TOC, FileIndex, clean_files
from whoosh.writing import SegmentWriter

from custodex import postings
from custodex.indexfiles import NAME, Described
from custodex.termtable import write as write_terms


class Rows(columns.Column):  # type: ignore[misc]
    """A column of byte rows that lie one after the other in one file, to be read in place."""

    def writer(self, dbfile: Any) -> RowsWriter:
        """Return the writer Whoosh feeds."""
        return RowsWriter(dbfile)

    def default_value(self, reverse: bool = False) -> bytes:
        """Return the row of a document that was given none."""
        return b""


class RowsWriter(columns.ColumnWriter):  # type: ignore[misc]
    """Writes the rows, then where each of them ends."""

    def __init__(self, dbfile: Any) -> None:
        self._dbfile = dbfile
        self._ends = array("Q")
        self._position = 0

    def add(self, docnum: int, value: bytes) -> None:
        """Write the row of one document; documents come in order, each with every row."""
        self._dbfile.write(value)
        self._position += len(value)
        self._ends.append(self._position)

    def finish(self, doccount: int) -> None:
        """Write where the rows end."""
        self._dbfile.write(self._ends.tobytes())


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
        self._columns: dict[str, tuple[Any, RowsWriter]] = {}
        self._count = 0
        self.is_closed = False

    def start_doc(self, docnum: int) -> None:
        """Begin a document."""
        self._count = docnum + 1

    def add_column_value(self, fieldname: str, columnobj: Rows, value: bytes) -> None:
        """Write one row."""
        if fieldname not in self._columns:
            out = self._storage.create_file(W3Codec.column_filename(self._segment, fieldname))
            self._columns[fieldname] = (out, columnobj.writer(out))
        self._columns[fieldname][1].add(self._count - 1, value)

    def add_field(self, fieldname: str, fieldobj: Any, value: Any, length: int) -> None:
        """Nothing is stored but rows."""

    def finish_doc(self) -> None:
        """End a document."""

    def close(self) -> None:
        """Write where the rows end and close their files."""
        for out, column in self._columns.values():
            column.finish(self._count)
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
    """Gathers postings in memory, turned round: for every term the documents that hold it."""

    def __init__(self) -> None:
        self._terms: defaultdict[str, list[int]] = defaultdict(list)

    def add_all(self, number: int, terms: Iterable[str]) -> None:
        """Note that the document *number* holds *terms*, each given once."""
        # without a loop of our own: this is the innermost step of a build
        deque(map(list.append, map(self._terms.__getitem__, terms), repeat(number)), maxlen=0)

    def iter_postings(self) -> Iterator[tuple[bytes, bytes]]:
        """Yield the terms with their packed postings; code point order is UTF-8 order."""
        for term in sorted(self._terms):
            yield term.encode("utf-8", "surrogatepass"), postings.encode(self._terms[term])

    def cleanup(self) -> None:
        """Forget everything."""
        self._terms.clear()


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

    def add(self, rows: Mapping[str, bytes], terms: Iterable[str]) -> None:
        """Add one document: all its rows and its unique terms."""
        self.perdocwriter.start_doc(self.docnum)
        for name, row in rows.items():
            self.perdocwriter.add_column_value(name, self.schema[name].column_type, row)
        self.perdocwriter.finish_doc()
        self.pool.add_all(self.docnum, terms)
        self._added = True
        self.docnum += 1

    def seal(self) -> Any:
        """Finish the segment and return what the table of contents keeps of it; None when empty."""
        segment = self._finalize_segment() if self.docnum else self._close_segment()
        self._tempstorage.destroy()
        return segment


class Index:
    """An index in one folder. Reading needs no lock; whoever writes holds it (`lock`)."""

    def __init__(self, folder: Path, names: Sequence[str]) -> None:
        self.folder = folder
        self._storage = FileStorage(str(folder))
        self._names = names
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
        schema = fields.Schema(terms=Terms(), **{name: Column() for name in self._names})
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
