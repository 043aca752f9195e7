"""A task that is closed says so in its state."""

from __future__ import annotations

from collections.abc import Iterator

from custodex.checks.page import Page
from custodex.findings import Fault
from custodex.rules import Rule
from custodex.texts import Text

RULES = (
    Rule(
        "task-state",
        Text("任务状态与关闭时间矛盾", "task state contradicts its closing time"),
        Text(
            "写了关闭时间却还开着的任务，会一直留在待办清单里提醒大家。",
            "A task with a closing time that is still open stays on everybody's list.",
        ),
        Text("任务的状态是 {state}，却写了 closed_at", "the task is {state}, yet it has closed_at"),
        Text(
            "把 state 改为 done 或 cancelled，或删掉 closed_at",
            "set state to done or cancelled, or remove closed_at",
        ),
        bad='state: open\nclosed_at: "2026-03-02T14:30:00+08:00"',
        good='state: done\noutcome: 已寄出\nclosed_at: "2026-03-02T14:30:00+08:00"',
    ),
)

_RUNNING = ("open", "doing")  # no set: a state may be a list as well


def check(page: Page) -> Iterator[Fault]:
    """Yield a fault for a running task with a closing time."""
    if page.kind == "task" and "closed_at" in page.value and page.value.get("state") in _RUNNING:
        yield Fault("task-state", ("state",), {"state": str(page.value["state"])})
