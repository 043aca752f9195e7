"""E-mail as it is stored: one message (.eml) or many (mbox); hostile ones end in a reason, never in a crash."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator
from datetime import UTC, datetime
from email.errors import MessageError
from email.header import decode_header
from email.message import Message
from email.parser import BytesParser
from email.policy import compat32
from email.utils import getaddresses, parsedate_to_datetime
from html.parser import HTMLParser

from custodex.imports.interactions import Interaction
from custodex.sheets import SheetFault
from custodex.texts import Text

_MBOX = re.compile(rb"(?:\A|\n\r?\n)From [^\n]*[0-9]{4}[^\n]*\n")
_HEADER = re.compile(rb"\A(?:>?From [^\n]*\n)?(?:[A-Za-z-]+:[^\n]*\n(?:[ \t][^\n]*\n)*)+")
_NAMED = re.compile(r"filename=\"?([^\";]+)", re.IGNORECASE)
_MOST = 50_000
_TEXT_BYTES = 400_000
_PARTS = 500
_TROUBLE = (
    ValueError, LookupError, ArithmeticError, TypeError, AttributeError, RecursionError, AssertionError, MessageError
)  # fmt: skip
"""What the standard library raises on messages that no honest program writes."""


def looks_like_mail(name: str, data: bytes) -> bool:
    """Tell whether a file is a message or a folder of messages."""
    if name.lower().endswith((".eml", ".mbox", ".mbx")):
        return True
    return data.startswith(b"From ") and bool(_MBOX.match(data[:400]))


def read_mails(name: str, data: bytes) -> list[Interaction]:
    """Return the messages of a file; one that holds none is a `SheetFault`."""
    found = [mail for number, raw in enumerate(_split(data), 1) if (mail := _mail(number, raw))]
    if not found:
        raise SheetFault(
            Text(f"{name} 中没有邮件", f"{name} holds no message"),
            Text("需要 .eml 或 mbox 文件", "it needs an .eml or mbox file"),
        )
    return found


def _split(data: bytes) -> Iterator[bytes]:
    starts = [match.end() for match in _MBOX.finditer(data)]
    if not starts or not data.startswith(b"From "):
        yield data
        return
    ends = [match.start() for match in _MBOX.finditer(data)][1:]
    for count, (start, end) in enumerate(zip(starts, [*ends, len(data)], strict=True)):
        if count >= _MOST:
            raise SheetFault(
                Text("邮件太多", "too many messages"), Text("分成几个文件导入", "split the file")
            )
        yield re.sub(rb"(?m)^>(>*From )", rb"\1", data[start:end])


def _mail(number: int, raw: bytes) -> Interaction | None:
    if not _HEADER.match(raw.replace(b"\r\n", b"\n")[:100_000].lstrip()):
        return None
    try:
        message = BytesParser(policy=compat32).parsebytes(raw.lstrip())
        return _read(number, message, raw)
    except _TROUBLE:
        digest = hashlib.sha256(raw).hexdigest()
        return Interaction(number, digest, "email", None, subject="(unreadable)")


def _read(number: int, message: Message, raw: bytes) -> Interaction:
    sender = next(iter(_addresses(message, "From")), "")
    others = [address for name in ("To", "Cc", "Bcc") for address in _addresses(message, name)]
    uid = _header(message, "Message-ID").strip() or hashlib.sha256(raw).hexdigest()
    text, attachments = _body(message)
    return Interaction(
        number, uid, "email", _date(message), sender, others, _header(message, "Subject"), text, attachments
    )


def _header(message: Message, name: str) -> str:
    return _spelled_out(next(iter(_raw(message, name)), "")).replace("\r", " ").replace("\n", " ")


def _spelled_out(value: str) -> str:
    """Return a header with its encoded words decoded (RFC 2047); one that cannot be stays as it came."""
    try:
        decoded = decode_header(value)
    except _TROUBLE:
        return _repaired(value)
    return "".join(
        _repaired(piece) if isinstance(piece, str) else _decoded(piece, charset or "utf-8")
        for piece, charset in decoded
    )


def _raw(message: Message, name: str) -> list[str]:
    """Return the values of a header as they came; the parser would replace bytes that it does not know."""
    return [str(value)[:20_000] for key, value in message.raw_items() if key.casefold() == name.casefold()]


def _addresses(message: Message, name: str) -> list[str]:
    values = [_repaired(value) for value in _raw(message, name)]
    return [address.strip().casefold() for _, address in getaddresses(values) if "@" in address][:200]


def _date(message: Message) -> datetime | None:
    try:
        found = parsedate_to_datetime(str(message.get("Date", "")))
    except _TROUBLE:
        return None
    return found if found.tzinfo else found.replace(tzinfo=UTC)


def _body(message: Message) -> tuple[str, list[str]]:
    """Return the text of a message and the names of what is attached; HTML only where there is no plain text."""
    plain, rich, names = list[str](), list[str](), list[str]()
    for count, part in enumerate(message.walk()):
        if count > _PARTS:
            break
        if part.is_multipart():
            continue
        filename = part.get_filename()
        if filename and "\ufffd" in filename:
            found = _NAMED.search(" ".join(_raw(part, "Content-Disposition")))
            filename = found[1] if found else filename
        if filename or part.get_content_disposition() == "attachment":
            names.append(_filename(filename))
        elif part.get_content_type() in {"text/plain", "text/html"}:
            payload = part.get_payload(decode=True)
            data = payload[:_TEXT_BYTES] if isinstance(payload, bytes) else b""
            text = _decoded(data, str(part.get_content_charset() or "utf-8"))
            (plain if part.get_content_type() == "text/plain" else rich).append(text)
    return "\n\n".join(plain) or "\n\n".join(map(_without_tags, rich)), names


def _filename(name: str | None) -> str:
    """Return the last part of an attachment's name: a path in it means nothing here."""
    shown = _spelled_out(name or "?")
    return re.split(r"[/\\]", shown)[-1] or "?"


def _repaired(text: str) -> str:
    """Return a header that holds bytes of some encoding without saying so as text."""
    return text if text.isascii() else _decoded(text.encode("utf-8", "surrogateescape"), "utf-8")


def _decoded(data: bytes, charset: str) -> str:
    for name in (charset, "utf-8", "gb18030"):
        try:
            return data.decode(name)
        except (LookupError, ValueError):
            continue
    return data.decode("latin-1")


class _Text(HTMLParser):
    """Collects the text of a page, line by line."""

    def __init__(self) -> None:
        super().__init__()
        self.pieces: list[str] = []
        self._hidden = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Start a line where a block begins; scripts and styles are no text."""
        self._hidden += tag in {"script", "style", "head"}
        if tag in {"br", "p", "div", "tr", "li", "h1", "h2", "h3"}:
            self.pieces.append("\n")

    def handle_endtag(self, tag: str) -> None:
        """Note the end of what is no text."""
        self._hidden = max(0, self._hidden - (tag in {"script", "style", "head"}))

    def handle_data(self, data: str) -> None:
        """Keep text that a reader would see."""
        if not self._hidden:
            self.pieces.append(data)


def _without_tags(html: str) -> str:
    parser = _Text()
    parser.feed(html)
    parser.close()
    lines = (" ".join(line.split()) for line in "".join(parser.pieces).splitlines())
    return "\n".join(line for line in lines if line)
