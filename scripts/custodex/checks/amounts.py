"""The lines of a transaction add up to its amount."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from decimal import Decimal, InvalidOperation
from typing import Any

from custodex.checks.page import Page
from custodex.findings import Fault
from custodex.rules import Rule
from custodex.texts import Text

RULES = (
    Rule(
        "amount-sum",
        Text("明细与金额不符", "lines do not add up"),
        Text(
            "明细相加应等于总金额，对不上多半是少抄一行或抄错数字。运费、税费也请写成一行。",
            "The lines should add up to the amount; where they do not, a line is missing or a figure wrong. "
            "Freight and tax are lines too.",
        ),
        Text(
            "{place} 算得 {computed}，写的是 {written}",
            "{place} comes to {computed}, but {written} is written",
        ),
        Text("改正数字，或把差额写成一行", "correct the figure, or add a line for the difference"),
        bad='amount: "100.00"\nlines:\n  - title: 安装\n    quantity: 2\n    unit_price: "40.00"',
        good='amount: "80.00"\nlines:\n  - title: 安装\n    quantity: 2\n    unit_price: "40.00"',
        severity="warning",
    ),
)

_CENT = Decimal("0.01")


def check(page: Page) -> Iterator[Fault]:
    """Yield a fault for each line and for the whole where the figures differ by a cent or more."""
    lines = page.value.get("lines")
    if page.kind != "transaction" or not lines:
        return
    total = Decimal(0)
    try:
        for index, line in enumerate(lines):
            amount = _of_line(line)
            written = Decimal(line.get("amount", amount))
            if abs(written - amount) >= _CENT:
                place = {"place_zh": f"第 {index + 1} 行", "place_en": f"line {index + 1}"}
                yield _fault(("lines", index, "amount"), amount, written, place)
            total += written
        whole = Decimal(page.value["amount"])
    except (InvalidOperation, KeyError, TypeError):
        return
    # every line may have been rounded by half a cent
    if abs(whole - total) >= max(_CENT, _CENT / 2 * len(lines) + _CENT / 2):
        yield _fault(("amount",), total, whole, {"place_zh": "明细合计", "place_en": "the sum of the lines"})


def _of_line(line: Mapping[str, Any]) -> Decimal:
    price = Decimal(line["quantity"]) * Decimal(line["unit_price"])
    return price * (1 - Decimal(line.get("discount", 0)))


def _fault(
    pointer: tuple[str | int, ...], computed: Decimal, written: Decimal, place: Mapping[str, str]
) -> Fault:
    shown = f"{computed.quantize(_CENT):f}"
    return Fault("amount-sum", pointer, {**place, "computed": shown, "written": f"{written:f}"})
