"""A file of a customer: kept outside Git under its checksum, its entry in the record says which it is."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from custodex.catalog import Catalog
from custodex.errors import UsageFault
from custodex.files import write_atomic
from custodex.texts import Text

_MAX_MB = 20
_DIGEST = re.compile("[0-9a-f]{64}")
_ZIP, _JPEG = (b"PK\x03\x04",), (b"\xff\xd8\xff",)
_BEGINNINGS: Mapping[str, tuple[bytes, ...]] = {
    "pdf": (b"%PDF-",), "png": (b"\x89PNG\r\n",), "jpg": _JPEG, "jpeg": _JPEG, "gif": (b"GIF8",),
    "tif": (b"II*\0", b"MM\0*"), "webp": (b"RIFF",), "docx": _ZIP, "xlsx": _ZIP, "pptx": _ZIP, "zip": _ZIP,
    "ofd": _ZIP,
}  # fmt: skip
"""What a file of a type begins with; a type that is not here is not looked into."""

Settings = Mapping[str, Any]


def settings_of(settings: Settings) -> Settings:
    """Return the `attachments` of the book's settings; without them there is no place for files."""
    found = settings.get("attachments")
    if not isinstance(found, Mapping):
        raise UsageFault(
            Text("没有设置附件文件夹", "there is no folder for attachments"),
            Text("在 schema/settings.yaml 写上 attachments: {store: ../attachments}",
                 "set attachments: {store: ../attachments} in schema/settings.yaml"),
        )  # fmt: skip
    return found


def limit(settings: Settings) -> int:
    """Return how many bytes a file may have."""
    return int(settings.get("max_mb", _MAX_MB)) * 1_000_000


def store_of(root: Path, settings: Settings) -> Path:
    """Return the folder that keeps the files; one inside the repository would end up in Git."""
    store = (root / str(settings["store"])).resolve()
    if store == root.resolve() or store.is_relative_to(root.resolve()):
        raise UsageFault(Text("附件文件夹在仓库里面", "the folder for attachments is inside the repository"),
                         Text("放到仓库之外，如 ../attachments", "move it outside, as in ../attachments"))  # fmt: skip
    return store


def require_type(name: str, data: bytes, settings: Settings) -> None:
    """Refuse a file of a type that is not allowed, or whose content is of another one."""
    ending = name.rpartition(".")[2].lower() if "." in name else ""
    allowed = settings.get("types") or list(_BEGINNINGS)
    if ending not in allowed:
        listed = ", ".join(allowed)
        raise UsageFault(Text(f"不收这种文件：{ending or name}", f"files of this type are not taken: {ending or name}"),
                         Text(f"可以是：{listed}", f"taken are: {listed}"))  # fmt: skip
    beginnings = _BEGINNINGS.get(ending)
    if not data or (beginnings and not data.startswith(beginnings)):
        raise UsageFault(Text(f"{name} 的内容不是 {ending}", f"what {name} holds is no {ending}"))


def checksum(data: bytes) -> str:
    """Return the name under which content is kept."""
    return hashlib.sha256(data).hexdigest()


def place_of(store: Path, digest: str) -> Path:
    """Return where the content with a checksum stands."""
    return store / digest[:2] / digest


def amiss(catalog: Catalog, store: Path) -> Iterator[tuple[str, str, str]]:
    """Yield customer, id of the entry and `missing` or `altered` of every attached file that is not as it was."""
    query = (
        "SELECT entries.record, json_extract(one.value, '$.id'), json_extract(one.value, '$.sha256')"
        " FROM entries JOIN documents ON documents.id = entries.doc, json_each(documents.value, '$.attachments') AS one"
        " WHERE entries.kind = 'customer' AND documents.value LIKE '%\"attachments\"%' AND one.type = 'object'"
        " ORDER BY 1, 2"
    )
    for record, number, digest in catalog.db.execute(query):
        if not _DIGEST.fullmatch(str(digest)):
            continue  # the check tells of it, and it would name a place anywhere on this machine
        place = place_of(store, str(digest))
        if not place.is_file():
            yield record.partition("/")[2], str(number), "missing"
        elif _checksum_of(place) != digest:
            yield record.partition("/")[2], str(number), "altered"


def _checksum_of(place: Path) -> str:
    with place.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def keep(store: Path, data: bytes) -> str:
    """Put content into the store, unless it is there already, and return its checksum."""
    digest = checksum(data)
    place = place_of(store, digest)
    if not place.is_file() or checksum(place.read_bytes()) != digest:
        place.parent.mkdir(parents=True, exist_ok=True)
        write_atomic(place, data)
    return digest
