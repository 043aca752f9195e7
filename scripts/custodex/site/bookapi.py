"""The files below `api/v1/` about the whole book, and the schemas of them all."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from custodex.site.apifiles import BASE, packed, part_name
from custodex.site.stock import Stock
from custodex.texts import Lang

_SINGLES: Mapping[str, str] = {"staff": "staff", "teams": "team", "products": "product", "views": "view"}


def book_files(stocks: Mapping[Lang, Stock], parts: Sequence[str]) -> Iterator[tuple[str, bytes]]:
    """Yield the files that speak of the whole book; *parts* are the data files of the pages."""
    stock = next(iter(stocks.values()))
    customers = stock.state.total("#customers")
    yield f"{BASE}/index.json", packed({
        "version": 1, "audience": stock.context.audience.id, "commit": stock.version.commit,
        "at": stock.version.at, "customers": customers, "list": [part_name(one) for one in parts],
        "customer": "customers/{id}.json", "feeds": {lang: f"../../{lang}/changes.json" for lang in stocks},
    })  # fmt: skip
    yield f"{BASE}/figures.json", packed({"version": 1, "figures": _figures(stocks)})
    for name, kind in _SINGLES.items():
        found = [{**record.main, "id": record.id} for record in stock.reader.records(kind)]
        yield f"{BASE}/{name}.json", packed({"version": 1, name: found})


def _figures(stocks: Mapping[Lang, Stock]) -> dict[str, list[dict[str, Any]]]:
    """Return what `custodex report` counts."""
    stock = next(iter(stocks.values()))
    found: dict[str, list[dict[str, Any]]] = {}
    for figure in stock.state.figures():
        totals = stock.state.totals(figure)
        found[figure] = [
            {"value": value, "label": {lang: _label(stocks[lang], figure, value) for lang in stocks},
             "count": count}
            for value, count in totals.items()
        ]  # fmt: skip
    return found


_FACETS = {"source": "channel"}


def _label(stock: Stock, figure: str, value: str) -> str:
    if not value:
        return ""
    facet = _FACETS.get(figure, figure)
    return stock.context.label(facet, value) if facet in stock.context.facet_nodes else value


def schema_files(folders: Sequence[Path]) -> dict[str, bytes]:
    """Return the schemas of these files, from `site/api` of the repository or the program."""
    found: dict[str, bytes] = {}
    for folder in reversed(folders):
        base = folder / "api" / "v1"
        for path in sorted(base.glob("*.schema.json")):
            found[f"{BASE}/{path.name}"] = path.read_bytes()
    return found
