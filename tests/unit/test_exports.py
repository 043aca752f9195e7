"""What is exported opens safely in a spreadsheet and keeps its order."""

from __future__ import annotations

import csv
import io

import pytest

from custodex.exports import as_csv, columns_of, flat
from custodex.exports.columns import written
from custodex.hints import Node

FORMULAS = (
    "=1+1", "+cmd|' /C calc'!A0", "@SUM(A1)", "-cmd|x", "\n=1", "\0=1", "＝1", "＋a1", "－a1+1", "＠a",
    "+86-139-00000101", "-2-3", "+1/2",
)  # fmt: skip
PLAIN = (
    "",
    "a=1",
    "华为",
    "1.5",
    "-3",
    "-12.50",
    "+86 139 0000 0101",
    "+1 (212) 5550128",
    "2026-11-22",
    "a-b",
    "'quoted'",
    "'s-Hertogenbosch",
)


@pytest.mark.parametrize("cell", FORMULAS)
def test_what_could_be_a_formula_is_taken_for_text(cell: str) -> None:
    assert in_csv(cell) == f"'{cell}"


@pytest.mark.parametrize("cell", PLAIN)
def test_everything_else_stays_as_it_is(cell: str) -> None:
    assert in_csv(cell) == cell


def in_csv(cell: str) -> str:
    text = "".join(as_csv(["x", "y"], [[cell, "z"]]))
    return list(csv.reader(io.StringIO(text, newline="")))[1][0]


def test_csv_survives_commas_quotes_and_line_breaks() -> None:
    rows = [["a,b", 'say "hi"', "two\nlines"], ["华为", "", "0151"]]
    text = "".join(as_csv(["x", "y", "z"], rows, excel=True))
    assert text.startswith("\ufeffx,y,z\r\n")
    assert list(csv.reader(io.StringIO(text.removeprefix("\ufeff"))))[1:] == rows


def test_columns_follow_the_schema_and_items_of_a_list_come_in_turn() -> None:
    item = Node({}, {"name": Node({}), "title": Node({})})
    node = Node({}, {"id": Node({}), "people": Node({}, {}, item), "tags": Node({}), "active": Node({})})
    rows = [
        flat(
            {"tags": ["a", "b"], "people": [{"title": "t1", "name": "n1"}, {"name": "n2"}], "id": "1"}, node
        ),
        flat({"id": "2", "active": True, "unknown": 3}, node),
    ]
    names = [written(place) for place in columns_of(rows)]
    assert names == ["id", "people.name", "people.title", "people[2].name", "tags", "active", "unknown"]
    cells = {written(place): cell for row in rows for place, cell in row.items()}
    assert cells["tags"] == "a; b"
    assert cells["active"] == "true"
