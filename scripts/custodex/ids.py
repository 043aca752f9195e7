"""Random record identifiers with a check character.

Ten characters of Crockford's base 32 (https://www.crockford.com/base32.html, lower case, first one a
letter so that YAML never reads a number) and one check character over GF(32). The weights are the
powers of a generator, so every wrong single character and every swap of two characters is caught.
"""

from __future__ import annotations

ALPHABET = "0123456789abcdefghjkmnpqrstvwxyz"
BODY_LENGTH = 10
ID_LENGTH = BODY_LENGTH + 1
_LETTERS = ALPHABET[10:]
_VALUE = {char: value for value, char in enumerate(ALPHABET)}
_MODULUS = 0b100101  # x^5 + x^2 + 1, primitive over GF(2)


def _double(value: int) -> int:
    value <<= 1
    return value ^ _MODULUS if value & 0b100000 else value


def check_character(body: str) -> str:
    """Return the check character of the *body*, any number of base-32 characters (Horner's rule)."""
    total = 0
    for char in body:
        total = _double(total ^ _VALUE[char])
    return ALPHABET[total]


def new_id() -> str:
    """Return a fresh identifier; one collision is expected among 1.6 thousand million records."""
    import secrets  # pulls in a lot for the many runs that make no id

    body = secrets.choice(_LETTERS) + "".join(secrets.choice(ALPHABET) for _ in range(BODY_LENGTH - 1))
    return body + check_character(body)


def new_event_suffix() -> str:
    """Return the six random characters that end an event's file name."""
    import secrets

    return "".join(secrets.choice(ALPHABET) for _ in range(6))


def is_id(text: str) -> bool:
    """Tell whether *text* has the form of an identifier, its check character included."""
    return (
        len(text) == ID_LENGTH
        and text[0] in _LETTERS
        and all(char in _VALUE for char in text)
        and check_character(text[:-1]) == text[-1]
    )


def has_id_form(text: str) -> bool:
    """Tell whether *text* has the length and the characters of an identifier, its check character unseen."""
    return len(text) == ID_LENGTH and text[0] in _LETTERS and not text.strip(ALPHABET)
