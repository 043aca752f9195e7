"""The one module that knows e-mail addresses (`email_validator`, never asking the network)."""

from __future__ import annotations

import re
from typing import Literal

EmailFault = Literal["", "local", "domain", "reserved", "form"]

_PLAIN = re.compile(
    r"(?=[^@]{1,64}@)[a-z0-9]+(?:[._+-][a-z0-9]+)*@(?:[a-z0-9]{1,20}(?:-[a-z0-9]{1,20})?\.){1,3}"
    r"(?:com|cn|org|net|de|eu|io)"
)
"""The commonest addresses, known to be sound without loading the library (a test holds both together)."""


def email_fault(address: str) -> EmailFault:
    """Return what is wrong with *address*, empty when mail could be sent to it."""
    if len(address) < 100 and _PLAIN.fullmatch(address) and "--" not in address:
        return ""
    import email_validator

    try:
        email_validator.validate_email(address, check_deliverability=False, strict=True)
    except email_validator.EmailNotValidError as error:
        return _classified(str(error))
    return ""


def _classified(reason: str) -> EmailFault:
    if "before the @" in reason:
        return "local"
    if "special-use" in reason or "reserved" in reason:
        return "reserved"
    return "domain" if "after the @" in reason or "domain" in reason else "form"
