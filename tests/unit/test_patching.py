"""A change in a person's own layout: one field is one line, everything else stays, the data are exactly right."""

from __future__ import annotations

import difflib
import json
import random
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from custodex.patching import Unpatchable, patched, same
from custodex.yamlfile import parse
from custodex.yamlwriter import Order, dump, quoted, scalar

ORDER: Order = {
    "id": {}, "name": {}, "stage": {}, "region": {"country": {}, "city": {}}, "tags": {}, "needs": {},
    "people": {"id": {}, "name": {}, "phones": {"number": {}, "type": {}}}, "note": {},
}  # fmt: skip

BOOK = """\
# who they are
id:   ka3f9m2p7q8   # random
name: '远峤精密'
tags:
- deal:framework  # signed
- risk:low

region: {country: CN, city: "4403"}  # head office
# people, the first one decides
people:
    - id: p1
      name: "单示范"   # shan
      phones:
      # his own
      - number: "+86 139 0000 0901"
        type: mobile
    - id: p2
      name: Olivia
needs: |
  一行
  二行

# the end
note: >-
  folded
  text
"""


def changed_lines(before: str, after: str) -> list[str]:
    lines = difflib.unified_diff(before.splitlines(), after.splitlines(), lineterm="", n=0)
    return [line for line in lines if line[:1] in "+-" and line[:3] not in {"+++", "---"}]


def edit(text: str, *steps: Any) -> str:
    """Return the text with the last step at the place the others lead to (None takes away)."""
    value = parse(text.encode()).value
    assert value is not None
    *path, last, new = steps
    target: Any = value
    for step in path:
        target = target[step]
    if new is None:
        del target[last]
    elif isinstance(target, list) and last == len(target):
        target.append(new)
    else:
        target[last] = new
    result = patched(text.encode(), value, ORDER).decode()
    assert parse(result.encode()).value == value
    return result


@pytest.mark.parametrize(
    ("steps", "lines"),
    [
        (("id", "kb3f9m2p7q8"), ["-id:   ka3f9m2p7q8   # random", "+id:   kb3f9m2p7q8   # random"]),
        (("name", "远峤's"), ["-name: '远峤精密'", "+name: '远峤''s'"]),
        (("name", "a\nb"), ["-name: '远峤精密'", "+name: |-", "+  a", "+  b"]),
        (("stage", "lead"), ["+stage: lead"]),
        (("tags", 0, "risk:high"), ["-- deal:framework  # signed", "+- risk:high  # signed"]),
        (("tags", 2, "type:new"), ["+- type:new"]),
        (("tags", 1, None), ["-- risk:low"]),
        (
            ("region", "city", "4401"),
            [
                '-region: {country: CN, city: "4403"}  # head office',
                '+region: {country: CN, city: "4401"}  # head office',
            ],
        ),
        (
            ("region", "city", None),
            ['-region: {country: CN, city: "4403"}  # head office', "+region: {country: CN}  # head office"],
        ),
        (("people", 0, "phones", 0, "type", "work"), ["-        type: mobile", "+        type: work"]),
        (("people", 0, "phones", 0, "type", None), ["-        type: mobile"]),
        (("people", 0, "name", "单范"), ['-      name: "单示范"   # shan', '+      name: "单范"   # shan']),
        (
            ("people", 0, "phones", 1, {"number": "110"}),
            ['+      - number: "110"'],
        ),
        (("people", 1, "phones", [{"number": "1"}]), ["+      phones:", '+        - number: "1"']),
        (("people", 2, {"id": "p3", "name": "丙"}), ["+    - id: p3", "+      name: 丙"]),
        (("people", 1, None), ["-    - id: p2", "-      name: Olivia"]),
        (("needs", "一行\n三行\n"), ["-  二行", "+  三行"]),
        (("needs", "短"), ["-needs: |", "-  一行", "-  二行", "+needs: 短"]),
        (("note", None), ["-note: >-", "-  folded", "-  text"]),
    ],
)
@pytest.mark.parametrize("eol", ["\n", "\r\n"])
def test_one_field_is_one_line(steps: tuple[Any, ...], lines: list[str], eol: str) -> None:
    before = BOOK.replace("\n", eol)
    after = edit(before, *steps)
    assert changed_lines(before, after) == lines
    assert "\n" not in after.replace("\r\n", "") if eol == "\r\n" else "\r" not in after


def test_the_first_key_of_an_item_can_come_and_go() -> None:
    assert edit("people:\n  - name: 甲\n", "people", 0, "id", "p1") == "people:\n  - id: p1\n    name: 甲\n"
    assert edit("people:\n  - id: p1\n    name: 甲\n", "people", 0, "id", None) == "people:\n  - name: 甲\n"


def test_a_file_without_a_last_line_break_gets_lines_of_its_own() -> None:
    assert edit("id: k # c", "name", "甲") == "id: k # c\nname: 甲\n"
    assert edit("# c\ntags:\n  - a:b", "tags", 1, "c:d") == "# c\ntags:\n  - a:b\n  - c:d\n"


def test_an_empty_value_is_filled_in_place() -> None:
    assert edit("# c\nname:   # none yet\nid: k\n", "name", "甲") == "# c\nname: 甲   # none yet\nid: k\n"
    assert edit("# c\ntags: [] # none\n", "tags", ["a:b"]) == '# c\ntags: ["a:b"] # none\n'
    assert edit("# c\nid: k\ntags:\n- a:b\n", "tags", 0, None) == "# c\nid: k\ntags: []\n"


def test_what_would_lose_a_comment_is_refused() -> None:
    with pytest.raises(Unpatchable):
        edit("id: k\ntags: [a, # why\n  b]\n", "tags", 0, None)
    with pytest.raises(Unpatchable):
        edit("id: k\nregion:\n  # why\n  country: CN\n", "region", "DE")


# --- any record, any layout

_WORDS = st.sampled_from(
    ["甲", "a", "a b", "NO", "010", "1e3", "a: b", "a #b", "#x", "- a", "", "x\ny", "x\ny\n", "x\n\n\ny\n\n", " a ",
     "'q'", '"q"', "a,b", "[x]", "{y}", "\n", "tab\there", "😀", "a\n  b\n", "@a", "12:30"]
)  # fmt: skip
_SCALAR = st.one_of(_WORDS, st.integers(-9, 99), st.booleans(), st.none())
_KEY = st.sampled_from(["id", "name", "stage", "region", "tags", "needs", "people", "note", "zz"])
_ANY: st.SearchStrategy[Any] = st.recursive(
    _SCALAR,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(_KEY, inner, max_size=4),
    max_leaves=10,
)
_RECORD = st.dictionaries(_KEY, _ANY, min_size=1, max_size=6)


class Hand:
    """Writes a value the way people do: comments, blank lines, any quotes, any indentation."""

    def __init__(self, seed: int) -> None:
        self.dice = random.Random(seed)
        self.comments = 0

    def text(self, value: dict[str, Any]) -> str:
        text = self.mapping(value, 0, "")
        return text if self.dice.random() < 0.8 else text.rstrip("\n")

    def trailing(self) -> str:
        if self.dice.random() < 0.7:
            return "\n"
        self.comments += 1
        return f"  # c{self.comments}\n"

    def above(self, indent: int) -> str:
        roll = self.dice.random()
        if roll < 0.1:
            return "\n"
        if roll < 0.25:
            self.comments += 1
            return f"{' ' * indent}# c{self.comments}\n"
        return ""

    def mapping(self, value: dict[str, Any], indent: int, first: str) -> str:
        lines = []
        for key, found in value.items():
            head = first or self.above(indent) + " " * indent
            lines.append(f"{head}{key}:{self.value(found, indent)}")
            first = ""
        return "".join(lines)

    def value(self, value: Any, indent: int) -> str:
        if isinstance(value, dict) and value and self.dice.random() < 0.8:
            return self.trailing() + self.mapping(value, indent + self.dice.choice([2, 4]), "")
        if isinstance(value, list) and value and self.dice.random() < 0.8:
            return self.trailing() + self.items(value, indent + self.dice.choice([0, 2, 4]))
        if isinstance(value, (dict, list)):
            return f" {json.dumps(value, ensure_ascii=False)}{self.trailing()}"
        if isinstance(value, str) and "\n" in value and self.dice.random() < 0.7:
            return dump({"k": value}).replace("\n  ", "\n" + " " * (indent + 2)).removeprefix("k:")
        return f" {self.scalar(value)}{self.trailing()}"

    def items(self, value: list[Any], indent: int) -> str:
        lines = []
        for found in value:
            lines.append(self.above(indent))
            if isinstance(found, dict) and found:
                lines.append(self.mapping(found, indent + 2, " " * indent + "- "))
            else:
                lines.append(f"{' ' * indent}-{self.value(found, indent)}")
        return "".join(lines)

    def scalar(self, value: Any) -> str:
        roll = self.dice.random()
        if (
            isinstance(value, str)
            and "'" not in value
            and "\n" not in value
            and "\t" not in value
            and roll < 0.3
        ):
            return f"'{value}'"
        return quoted(value) if isinstance(value, str) and roll < 0.6 else scalar(value)


def mutated(value: Any, dice: random.Random, depth: int = 0) -> Any:
    """Return the value with one thing in it changed, added or taken away."""
    if isinstance(value, dict) and value and dice.random() < 0.9:
        key = dice.choice(list(value))
        roll = dice.random()
        if roll < 0.2 and len(value) > 1:
            return {name: found for name, found in value.items() if name != key}
        if roll < 0.4:
            return {
                **value,
                dice.choice(["id", "stage", "zz", "note"]): dice.choice(["neu", ["a"], {"id": 1}, 5]),
            }
        return {**value, key: mutated(value[key], dice, depth + 1)}
    if isinstance(value, list) and value and dice.random() < 0.9:
        index = dice.randrange(len(value))
        roll = dice.random()
        if roll < 0.3:
            return value[:index] + value[index + 1 :]
        if roll < 0.6:
            return [*value[:index], dice.choice(["neu", {"id": 9, "name": "x"}, 3]), *value[index:]]
        return [*value[:index], mutated(value[index], dice, depth + 1), *value[index + 1 :]]
    return (
        dice.choice(["neu", "a: b", 7, True, ["x", "y"], {"name": "n"}, "p\nq", "p\nq\n", ""])
        if depth
        else value
    )


@settings(max_examples=400, deadline=None)
@given(_RECORD, st.integers(0, 2**32), st.sampled_from(["\n", "\r\n"]))
def test_any_change_of_any_layout_reads_as_wanted_and_keeps_what_people_typed(
    record: dict[str, Any], seed: int, eol: str
) -> None:
    hand, dice = Hand(seed), random.Random(seed)
    text = hand.text(record).replace("\n", eol)
    if not same(parse(text.encode()).value, record):
        return  # the hand slipped: a layout that means something else
    wanted = mutated(record, dice)
    try:
        result = patched(text.encode(), wanted, ORDER).decode()
    except Unpatchable:
        assert hand.comments
        return
    assert same(parse(result.encode()).value, wanted)
    if same(record, wanted):
        assert result == text
    if shape(wanted) == shape(record):
        assert {
            f"# c{number}" for number in range(1, hand.comments + 1) if f"# c{number}" not in result
        } == set()


def shape(value: Any) -> Any:
    """Return the keys and lengths of a value, its scalars left out."""
    if isinstance(value, dict):
        return {key: shape(found) for key, found in value.items()}
    return [shape(found) for found in value] if isinstance(value, list) else None


@pytest.mark.parametrize("mark", ["", "\ufeff"])
def test_a_document_of_which_nothing_stays_keeps_its_line_ends_and_mark(mark: str) -> None:
    after = patched(f"{mark}a: 1\r\nb: x\r\n".encode(), {"c": "x\ny\n"}, {})
    assert after.decode() == f"{mark}c: |\r\n  x\r\n  y\r\n"
