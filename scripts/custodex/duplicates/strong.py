"""What two customers hardly share by chance: the same number, phone or e-mail, or an organization's whole name.

A page of the site may suggest a duplicate from these alone; `finder` weighs everything else.
"""

from __future__ import annotations

from hashlib import blake2b

from custodex.duplicates.index import documents_of
from custodex.duplicates.tokens import traits_of
from custodex.examining import Record
from custodex.hanzi import fold
from custodex.schemas import Schemas
from custodex.suggesting import SHARED


def strong(schemas: Schemas, record: Record) -> tuple[tuple[str, ...], frozenset[str]]:
    """Return a token for each such value, sorted, and the customers that this one names itself.

    A token is a code of `suggesting.SHARED` and a digest, `phone:1f0c…`: the value is not in it. Who is named is
    known: the parent, relations, those looked at and found to be distinct.
    """
    traits = traits_of(schemas, documents_of(record))
    found = {value.token for value in traits.values}
    if not traits.person:
        found |= {f"name:{fold(written.text).replace(' ', '')}" for written in traits.names}
    tokens = sorted(_hidden(token) for token in found if token.partition(":")[0] in SHARED)
    return tuple(tokens), traits.known


def _hidden(token: str) -> str:
    code = token.partition(":")[0]
    return f"{code}:{blake2b(token.encode('utf-8', 'surrogatepass'), digest_size=6).hexdigest()}"
