"""All pages but the customers', and which of them one change concerns."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from custodex.examining import Record
from custodex.site import changes, datafiles, formdata, forms, governance, health, home, lists, past, staff
from custodex.site.bookextras import BookExtras
from custodex.site.cards import Card
from custodex.site.engine import Tongue
from custodex.site.overseemodels import GoverningIndexPage, GoverningPage
from custodex.site.reading import text
from custodex.site.state import Place
from custodex.site.stock import Stock
from custodex.site.writer import Writer
from custodex.texts import Lang

Pair = tuple[str, str]
"""A facet and one of its values."""


@dataclass(slots=True)
class Touched:
    """What a change concerns; `everything` stands for all pages."""

    everything: bool = False
    pairs: set[Pair] = field(default_factory=set)
    people: set[str] = field(default_factory=set)
    places: set[Place] = field(default_factory=set)
    sets: bool = False  # a name that any set may show has changed
    owners: bool = False  # who looks after a record, or that may be so

    def add(self, card: Card) -> None:
        """Note the sets, people and data files that show a customer."""
        self.pairs.update(card.every())
        self.people.update(card.facets.get("owner", ()))
        self.people.update(task.assignee for task in card.tasks)
        self.people.update(one.who for one in card.mentions)
        self.people.update(card.facets.get("team", ()))
        self.places.add((card.sort, card.key))

    def touches(self, where: Mapping[str, Sequence[str]]) -> bool:
        """Tell whether a customer that changed might fit these filters, before or after; never a false no."""
        if self.everything or not where:
            return self.everything or bool(self.places)
        return all(any((facet, value) in self.pairs for value in values) for facet, values in where.items())

    @property
    def all_sets(self) -> bool:
        """Tell whether every set is made again."""
        return self.everything or self.sets


class PageSet:
    """Makes pages of all languages and hands them to the writer."""

    def __init__(
        self, stocks: Mapping[Lang, Stock], tongues: Mapping[Lang, Tongue], writer: Writer, touched: Touched,
        extras: BookExtras | None,
    ) -> None:  # fmt: skip
        self._stocks = stocks
        self._tongues = tongues
        self._writer = writer
        self._touched = touched
        self._extras = extras
        self._any = next(iter(stocks.values()))
        self._views = self._read_views()

    def _read_views(self) -> list[tuple[str, Record]]:
        stock = self._any
        keys = [card.key for card in stock.state.cards("view")]
        return [(record.key, record) for record in stock.reader.select(keys)]

    def write(self) -> None:
        """Write every page that the change concerns."""
        self._always()
        if self._touched.all_sets:
            self._forms()
        self._sets()
        self._people()
        self._data()
        if self._touched.everything:
            self._fixed()

    def _put(self, owner: str, pages: Mapping[Lang, tuple[str, object] | None]) -> None:
        files = {
            f"{lang}/{_path(page)}": self._tongues[lang].render(template, page)
            for lang, made in pages.items()
            if made is not None
            for template, page in [made]
        }
        self._writer.put(owner, files)

    def _always(self) -> None:
        """Write the few pages that speak of the whole book."""
        views = {
            lang: [lists.view_card(stock, key, record.main) for key, record in self._views]
            for lang, stock in self._stocks.items()
        }
        main = [(key, record.main) for key, record in self._views]
        for lang, stock in self._stocks.items():
            pages = {
                "home": home.home_page(stock, views[lang]),
                "customers": lists.list_page(stock),
                "tasks": staff.tasks_page(stock),
                "views": lists.views_page(stock, main),
                "tags": lists.tags_page(stock),
                "staff": staff.staff_index(stock),
                "changes": changes.changes_page(stock),
                "health": health.health_page(stock),
            }
            for template, page in pages.items():
                self._put(f"page {lang} {template}", {lang: (template, page)})
            figures = past.figures_page(stock)
            self._put(f"page {lang} figures", {lang: ("figures", figures) if figures else None})
            templates = {GoverningIndexPage: "policies", GoverningPage: "policy"}
            self._writer.put(f"policies {lang}", {
                f"{lang}/{_path(page)}": self._tongues[lang].render(templates[type(page)], page)
                for page in governance.governing_pages(stock)
            })  # fmt: skip
            data = {
                f"data/build.{lang}.js": datafiles.build_file(stock, views[lang]),
                f"data/table.{lang}.js": datafiles.table_file(stock),
            }
            self._writer.put(f"data {lang}", data)

    def _forms(self) -> None:
        """Write the forms: they name colleagues and teams, and no customer."""
        for lang, stock in self._stocks.items():
            for form in forms.form_pages(stock):
                self._put(f"form {lang} {form.kind}", {lang: ("form", form)})

    # --- sets

    def _sets(self) -> None:
        for key, record in self._views:
            if not self._touched.all_sets and not lists.concerned(self._any, record.main):
                continue
            self._put(f"view {key}", {
                lang: ("set", lists.view_page(stock, key, record.main)) for lang, stock in self._stocks.items()
            })  # fmt: skip
        wanted = set(self._pairs())
        for pair in sorted(wanted):
            self._put("by " + "--".join(pair), {
                lang: ("set", lists.by_page(stock, *pair)) for lang, stock in self._stocks.items()
            })  # fmt: skip
        for facet, value in self._touched.pairs:
            if (facet, value) not in wanted:
                self._put(f"by {facet}--{value}", {})
        self._tags()

    def _pairs(self) -> Iterator[Pair]:
        known = lists.by_values(self._any)
        return known if self._touched.all_sets else (pair for pair in known if pair in self._touched.pairs)

    def _tags(self) -> None:
        for dimension, tag in lists.tags(self._any):
            value = f"{text(dimension, 'id')}:{text(tag, 'id')}"
            if self._touched.all_sets or ("tags", value) in self._touched.pairs:
                self._put(f"tag {value}", {
                    lang: ("set", lists.tag_page(stock, dimension, tag)) for lang, stock in self._stocks.items()
                })  # fmt: skip

    def _people(self) -> None:
        people = set(self._touched.people)
        # the page of a team counts the customers and tasks of its members
        members = self._any.state.cards("staff")
        people |= {card.one("team") for card in members if card.id in self._touched.people}
        for kind in ("staff", "team"):
            keys = [card.key for card in self._any.state.cards(kind)]
            if not self._touched.all_sets:
                keys = [key for key in keys if key.rpartition("/")[2] in people]
            if self._extras:
                for key in keys:
                    self._extras.who(key, self._any.state.card(key))
            for record in self._any.reader.select(keys):
                self._put(f"who {record.key}", {
                    lang: _person(stock, record) for lang, stock in self._stocks.items()
                })  # fmt: skip

    def drop(self, key: str) -> None:
        """Remove the pages of a record that is gone."""
        self._put(f"{'view' if key.startswith('views/') else 'who'} {key}", {})
        if self._extras:
            self._extras.who(key, None)

    # --- data

    def _data(self) -> None:
        state = self._any.state
        chunks = datafiles.chunks(state.starts())
        before = set(state.meta("chunks").split())
        changed = {datafiles.chunk_of(chunks, place) for place in self._touched.places}
        # where a file begins anew, the one before it gave up the rows from there on
        changed.update(
            number - 1 for number, chunk in enumerate(chunks) if chunk.first in self._touched.places
        )
        if self._touched.everything:
            changed = set(range(len(chunks)))
        facets = list(self._any.context.facet_nodes)
        for number in sorted(changed):
            chunk = chunks[number]
            cards = list(state.between(chunk.first, chunk.last))
            self._writer.put(
                chunk.name, {f"data/{chunk.name}": datafiles.rows_file(chunk.name, cards, facets)}
            )
            if self._extras:
                self._extras.part(chunk.name, cards)
        for name in sorted(before.difference(chunk.name for chunk in chunks)):
            self._writer.put(name, {})
            if self._extras:
                self._extras.part(name, None)
        if self._extras:
            self._extras.always([chunk.name for chunk in chunks])
        state.set_meta({"chunks": " ".join(chunk.name for chunk in chunks)})

    # --- what only the schema, the program and the templates decide

    def _fixed(self) -> None:
        self._writer.put("forms", {"data/forms.js": formdata.schema_file(self._any.reader)})
        for lang, stock in self._stocks.items():
            for page in health.rule_pages(stock):
                self._put(f"rule {lang} {page.code}", {lang: ("rule", page)})
            self._put(f"help {lang}", {lang: ("help", health.help_page(stock))})
            self._writer.put(f"texts {lang}", {f"assets/i18n.{lang}.js": datafiles.texts_file(stock.context)})


def _path(page: object) -> str:
    from urllib.parse import unquote

    # a link is percent-encoded, a file name is not
    return unquote(page.frame.path)  # type: ignore[attr-defined]


def _person(stock: Stock, record: Record) -> tuple[str, object]:
    if record.kind == "staff":
        return "person", staff.staff_page(stock, record)
    return "team", staff.team_page(stock, record)
