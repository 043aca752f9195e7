"""Every new file of every new commit: what was added and taken away again stays in the history all the same."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from custodex.books import Book
from custodex.enforcing.messages import holds_resident_id
from custodex.enforcing.refs import Problem
from custodex.examining import Document, Examiner
from custodex.findings import Finding
from custodex.git import Change, Git
from custodex.pathrules import path_fault
from custodex.placing import place as placed
from custodex.records import MAX_BYTES, SCHEMA_ROOT, locate
from custodex.texts import Text
from custodex.yamlfile import parse

_MODES = {"100644", "100755"}
_KEYS = (b"-----BEGIN OPENSSH PRIVATE KEY-----", b"-----BEGIN PRIVATE KEY-----", b"-----BEGIN RSA PRIVATE KEY-----",
         b"AGE-SECRET-KEY-1")  # fmt: skip
_ENCRYPTED = (b"ENC[AES256_GCM,", b"age-encryption.org/v1", b"-----BEGIN AGE ENCRYPTED FILE-----",
              b"-----BEGIN PGP MESSAGE-----")  # fmt: skip
"""How values of SOPS and files of age and OpenPGP begin."""
_FORBIDDEN = {".gitmodules"}
Tell = Mapping[str, str]


def problems_of_files(
    git: Git, changes: Iterable[tuple[str, Change]], book: Book, examiner: Examiner
) -> Iterator[tuple[str, Problem | Finding]]:
    """Yield (commit, problem) for every new file; *changes* are (commit, change), *book* rules the schema."""
    wanted: dict[str, tuple[str, Change]] = {}
    for commit, change in changes:
        if not change.blob:
            continue
        if (problem := _problem_of_path(change)) is not None:
            yield commit, problem
        else:
            wanted.setdefault(f"{change.blob} {_kind(change.path)}", (commit, change))
    rows = list(wanted.values())
    blobs = git.blobs([change.blob or "" for _, change in rows], MAX_BYTES) if rows else ()
    for (commit, change), blob in zip(rows, blobs, strict=True):
        if blob.data is None:
            yield commit, (change.path, "file-too-large", Text(
                f"文件超过 {MAX_BYTES} 字节", f"the file is larger than {MAX_BYTES} bytes"
            ))  # fmt: skip
            continue
        for found in _problems_of_content(change.path, blob.data, book, examiner):
            yield commit, found


def _kind(path: str) -> str:
    place = locate(path)
    return place.kind if place else ""


def _problem_of_path(change: Change) -> Problem | None:
    if change.mode not in _MODES:
        return (
            change.path,
            "mode-not-allowed",
            Text("只能有普通文件：不要链接、子模块", "regular files only: no links, no submodules"),
        )
    if change.path in _FORBIDDEN:
        return change.path, "path-not-allowed", Text("这个文件不能存在", "this file may not be there")
    fault = path_fault(change.path, change.mode, locate(change.path))
    if fault is not None:
        return change.path, fault.code, Text("这里不能放这样的文件", "such a file may not stand here")
    return None


def _problems_of_content(
    path: str, data: bytes, book: Book, examiner: Examiner
) -> Iterator[Problem | Finding]:
    if any(key in data for key in _KEYS):
        yield path, "secret", Text("文件含私钥", "the file holds a private key")
    place = locate(path)
    if place is None:
        if not path.startswith(f"{SCHEMA_ROOT}/") and holds_resident_id(data.decode("utf-8", "replace")):
            yield path, "personal-data-outside", _OUTSIDE
        return
    if any(mark in data for mark in _ENCRYPTED):
        yield path, "encrypted", _CIPHERTEXT
        return
    if not _may_hold_identity(book, place.kind) and holds_resident_id(data.decode("utf-8", "replace")):
        yield path, "personal-data-outside", _OUTSIDE
    for finding in _judged(data, place.kind, book, examiner):
        if finding.severity == "error":
            yield Finding(
                path, finding.line, finding.column, finding.code, finding.pointer, "error", finding.params
            )


def _judged(data: bytes, kind: str, book: Book, examiner: Examiner) -> Iterable[Finding]:
    """Return what is wrong with one document by itself."""
    parsed = parse(data)
    if parsed.value is None or not book.schemas.has(kind):
        return parsed.findings if parsed.value is None else ()
    document = Document("", kind, value=parsed.value)
    faults = book.schemas.validate(kind, parsed.value)
    faults = faults or [fault for check in examiner.document for fault in check(document, book)]
    return placed(faults, data, "", examiner.severities)


_CIPHERTEXT = Text(
    "档案不能加密存放：没有人能校验或评审密文，旧密文也可以放回来冒充新的",
    "encrypted records are not supported: nobody can check or review them, and old ones could be put back as new",
)
_OUTSIDE = Text("证件号只能写在身份文件中", "a document number may stand in the identity file only")


def _may_hold_identity(book: Book, kind: str) -> bool:
    return book.schemas.has(kind) and book.schemas.raw(kind).get("x-class") == "identity"
