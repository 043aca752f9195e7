"""Time stamps of a third party (RFC 3161): asked for over HTTP, kept as a file, verified offline.

The one module that imports `rfc3161_client`, an optional extra.
"""

from __future__ import annotations

import hashlib
import http.client
import urllib.request
from dataclasses import dataclass
from typing import TYPE_CHECKING

from custodex.errors import EnvironmentFault
from custodex.texts import Text

if TYPE_CHECKING:
    from rfc3161_client import TimeStampResponse

MAX_BYTES = 100_000
"""A token with its chain of certificates is a few kilobytes."""
_SECONDS = 30


@dataclass(frozen=True, slots=True)
class Stamp:
    """What a token says: when it was given (RFC 3339, UTC), and why it proves nothing, None if it does."""

    at: str
    fault: Text | None = None


def request(message: bytes, address: str) -> bytes:
    """Return the answer of the authority at *address* for *message*; it fits the message, its signer is not judged.

    Only a SHA-256 of the message leaves the machine.
    """
    _require()
    from rfc3161_client import HashAlgorithm, TimestampRequestBuilder

    if not address.startswith(("https://", "http://")):
        raise EnvironmentFault(Text(f"不是网址：{address}", f"that is no web address: {address}"))
    asked = TimestampRequestBuilder().data(message).hash_algorithm(HashAlgorithm.SHA256).build()
    token = _posted(asked.as_bytes(), address)
    answer = _decoded(token)
    if (
        answer is None
        or answer.status not in {0, 1}
        or answer.tst_info.nonce != asked.nonce
        or not _fits(answer, message)
    ):
        raise EnvironmentFault(
            Text(f"{address} 没有给出时间戳", f"{address} gave no time stamp for what was asked")
        )
    return token


def verify(token: bytes, message: bytes, roots: bytes) -> Stamp:
    """Return what a token says about *message*, signed by somebody certified below *roots* (PEM)."""
    _require()
    from cryptography.x509 import load_pem_x509_certificates
    from rfc3161_client import VerificationError, VerifierBuilder

    answer = _decoded(token)
    if answer is None:
        return Stamp("", Text("不是时间戳", "that is no time stamp"))
    at = answer.tst_info.gen_time.strftime("%Y-%m-%dT%H:%M:%SZ")
    try:
        certificates = load_pem_x509_certificates(roots)
    except ValueError:
        raise EnvironmentFault(
            Text("读不出 CA 证书", "the certificates of the authority cannot be read")
        ) from None
    verifier = VerifierBuilder(roots=certificates).build()
    try:
        verifier.verify_message(answer, message)
    except (VerificationError, ValueError) as error:
        why = str(error).partition(": ErrorStack")[0]
        return Stamp(at, Text(f"时间戳不成立：{why}", f"the time stamp does not hold: {why}"))
    return Stamp(at)


def _posted(data: bytes, address: str) -> bytes:
    try:
        asked = urllib.request.Request(address, data, {"Content-Type": "application/timestamp-query"})  # noqa: S310
        with urllib.request.urlopen(asked, timeout=_SECONDS) as answer:  # noqa: S310 - http and https only, see above
            return bytes(answer.read(MAX_BYTES))
    # HTTPException: what answers is no web server; ValueError: a port, host or bracket that cannot be one
    except (OSError, http.client.HTTPException, ValueError) as error:
        raise EnvironmentFault(
            Text(f"{address} 没有回应：{error}", f"{address} does not answer: {error}")
        ) from error


def _decoded(token: bytes) -> TimeStampResponse | None:
    from rfc3161_client import decode_timestamp_response

    try:
        answer = decode_timestamp_response(token)
        _ = answer.tst_info  # a refusal has none
    except ValueError:
        return None
    return answer


def _fits(answer: TimeStampResponse, message: bytes) -> bool:
    return bool(answer.tst_info.message_imprint.message == hashlib.sha256(message).digest())


def _require() -> None:
    try:
        import rfc3161_client  # noqa: F401
    except ImportError:
        raise EnvironmentFault(
            Text("缺少 rfc3161-client", "rfc3161-client is missing"),
            Text("运行 pip install 'custodex[timestamps]'", "run pip install 'custodex[timestamps]'"),
        ) from None
