"""The group of a customer as a drawing: a column a level, a box a member, lines from above to below.

Of a large group only what is near the customer is drawn; what is left out below a member is counted in its place.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from custodex.site.customermodels import GroupBox, GroupGraph, TreeNode

_WHOLE = 40
"""A group with no more members is drawn whole."""
_SIBLINGS, _CHILDREN = 8, 12
_WIDTH, _GAP, _ROW = 104, 26, 34


@dataclass(slots=True)
class _Member:
    """A member in the drawing: its node (None: those left out, `more` of them), level, parent, place."""

    node: TreeNode | None
    depth: int
    parent: int
    more: int = 0
    y: float = 0


def drawn(nodes: Sequence[TreeNode]) -> GroupGraph | None:
    """Return the drawing of a group, depth first as `Relations.tree` gives it; None for one alone."""
    if len(nodes) < 2:
        return None
    parents = _parents(nodes)
    members = _chosen(nodes, parents)
    height = _placed(members)
    boxes = [
        GroupBox(
            x=(_WIDTH + _GAP) * member.depth,
            y=round(member.y),
            label=(member.node.short or member.node.link.label) if member.node else f"+{member.more}",
            title=member.node.link.label if member.node else "",
            current=bool(member.node and member.node.current),
        )
        for member in members
    ]
    lines = [
        (boxes[member.parent].x + _WIDTH, boxes[member.parent].y, boxes[index].x, boxes[index].y)
        for index, member in enumerate(members)
        if member.parent >= 0
    ]
    levels = max(member.depth for member in members) + 1
    return GroupGraph(levels * (_WIDTH + _GAP) - _GAP, height, boxes, lines)


def _parents(nodes: Sequence[TreeNode]) -> list[int]:
    """Return for each node the number of the one above it, -1 for the first."""
    above: list[int] = []
    found: list[int] = []
    for index, node in enumerate(nodes):
        del above[node.depth :]
        found.append(above[-1] if above else -1)
        above.append(index)
    return found


def _chosen(nodes: Sequence[TreeNode], parents: Sequence[int]) -> list[_Member]:
    """Return the members to draw, depth first; after the children of each, how many below it are left out."""
    kept = set(range(len(nodes))) if len(nodes) <= _WHOLE else _near(nodes, parents)
    left_out = dict.fromkeys(kept, 0)
    for index in range(len(nodes)):
        above = index
        while above not in kept:
            above = parents[above]
        if above != index:
            left_out[above] += 1
    children: dict[int, list[int]] = {}
    for index in sorted(kept):
        children.setdefault(parents[index], []).append(index)
    members: list[_Member] = []
    waiting: list[tuple[int, int, int]] = [
        (0, 0, -1)
    ]  # node (-1: what is left out), level, place of its parent
    while waiting:
        index, depth, parent = waiting.pop()
        if index < 0:
            members.append(_Member(None, depth, parent, -index))
            continue
        members.append(_Member(nodes[index], depth, parent))
        here = len(members) - 1
        if left_out[index]:
            waiting.append((-left_out[index], depth + 1, here))
        waiting += [(child, depth + 1, here) for child in reversed(children.get(index, []))]
    return members


def _near(nodes: Sequence[TreeNode], parents: Sequence[int]) -> set[int]:
    """Return the customer, all above it, some beside it and some below it."""
    current = next((index for index, node in enumerate(nodes) if node.current), 0)
    kept, above = {current}, current
    while parents[above] >= 0:
        above = parents[above]
        kept.add(above)
    beside = [index for index in range(1, len(nodes)) if parents[index] == parents[current]]
    below = [index for index in range(1, len(nodes)) if parents[index] == current]
    return kept.union(beside[:_SIBLINGS], below[:_CHILDREN])


def _placed(members: Sequence[_Member]) -> int:
    """Give every member its height: a row a leaf, everybody else amid those below; return the height of all."""
    below: dict[int, list[float]] = {}
    rows = sum(1 for index in range(len(members)) if not any(one.parent == index for one in members))
    row = rows
    for index in range(len(members) - 1, -1, -1):
        member = members[index]
        own = below.get(index)
        if own is None:
            row -= 1
            member.y = row * _ROW + _ROW / 2
        else:
            member.y = (min(own) + max(own)) / 2
        below.setdefault(member.parent, []).append(member.y)
    return rows * _ROW
