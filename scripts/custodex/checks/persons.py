"""The people a note names are contacts of its customer."""

from __future__ import annotations

from collections.abc import Iterator

from custodex.checks.naming import named
from custodex.checks.sight import Sight
from custodex.findings import Fault
from custodex.rules import Rule
from custodex.texts import Text

RULES = (
    Rule(
        "person-missing",
        Text("没有这个联系人", "no such contact"),
        Text(
            "备注用 contacts.yaml 里的编号指明见了谁。编号不存在，就不知道是谁说的。",
            "A note names who was met by the ids in contacts.yaml. With an unknown id nobody knows "
            "who said it.",
        ),
        Text("{name}：contacts.yaml 里没有联系人 {value}", "{name}: contacts.yaml has no person {value}"),
        Text(
            "已有的联系人：{known}；新联系人先加到 contacts.yaml",
            "the people there: {known}; add a new one to contacts.yaml first",
        ),
        bad="people:\n  - p9",
        good="people:\n  - p1",
    ),
)


def check(sight: Sight) -> Iterator[Fault]:
    """Yield a fault for every reference to a person that the customer's contacts do not have."""
    wanted = [reference for reference in sight.references if reference.kind == "person"]
    contacts = next((doc for doc in sight.record.documents if doc.kind == "contacts"), None)
    if not wanted or (contacts is not None and not contacts.readable):
        return
    people = contacts.value.get("people") if contacts else None
    known = (
        {str(item.get("id")): item for item in people if isinstance(item, dict)}
        if isinstance(people, list)
        else {}
    )
    for reference in wanted:
        if reference.value not in known:
            listed = ", ".join(
                f"{id_} {item.get('name', '')}".strip() for id_, item in list(known.items())[:8]
            )
            params = {
                **named(reference.node, reference.pointer),
                "value": reference.value,
                "known": listed or "–",
            }
            yield Fault("person-missing", reference.pointer, params, path=reference.document.path)
