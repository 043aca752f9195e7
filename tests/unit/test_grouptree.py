"""A group as a drawing: who stands where, what a large group leaves out."""

from __future__ import annotations

from custodex.site.customermodels import TreeNode
from custodex.site.grouptree import drawn
from custodex.site.pieces import Link


def group(*levels: int, current: int = 0) -> list[TreeNode]:
    return [TreeNode(Link(f"n{at}"), depth, at == current) for at, depth in enumerate(levels)]


def test_one_alone_is_no_group() -> None:
    assert drawn(group(0)) is None


def test_whoever_has_others_below_stands_amid_them() -> None:
    found = drawn(group(0, 1, 2, 2, 1, current=3))
    assert found is not None
    assert [(box.label, box.x, box.y) for box in found.boxes] == [
        ("n0", 0, 60), ("n1", 130, 34), ("n2", 260, 17), ("n3", 260, 51), ("n4", 130, 85),
    ]  # fmt: skip
    assert [box.current for box in found.boxes] == [False, False, False, True, False]
    assert found.lines == [(104, 60, 130, 34), (234, 34, 260, 17), (234, 34, 260, 51), (104, 60, 130, 85)]
    assert (found.width, found.height) == (364, 102)


def test_of_a_large_group_the_near_ones_are_drawn_and_the_others_counted() -> None:
    # a top with 30 below it, the fifth of which is the customer and has 20 below it; one has three of its own
    levels = [0]
    for number in range(30):
        levels += [1, *([2] * (20 if number == 4 else 3 if number == 7 else 0))]
    found = drawn(group(*levels, current=5))
    assert found is not None
    shown = [box for box in found.boxes if box.title]
    rest = [box.label for box in found.boxes if not box.title]
    assert [box.title for box in shown if box.current] == ["n5"]
    assert "n0" in {box.title for box in shown}
    assert len(found.boxes) <= 40
    assert len(shown) + sum(int(label[1:]) for label in rest) == len(levels), "nobody is lost"
    assert len({(box.x, box.y) for box in found.boxes}) == len(found.boxes), "no box covers another"
    assert drawn(group(*levels, current=len(levels) - 1)) is not None


def test_a_group_cut_off_before_the_customer_is_drawn_from_its_top() -> None:
    found = drawn([TreeNode(Link(f"n{at}"), min(at, 1)) for at in range(200)])
    assert found is not None
    assert found.boxes[0].title == "n0"
    assert len(found.boxes) <= 40
