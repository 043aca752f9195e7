"""The build: read what changed, render what that concerns, write what differs, put it in place."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date, timedelta
from functools import lru_cache, partial
from itertools import chain
from pathlib import Path

from custodex import __version__
from custodex.findings import Finding
from custodex.locks import Lock
from custodex.site import formdata, past, twins
from custodex.site.bookapi import schema_files
from custodex.site.bookextras import BookExtras
from custodex.site.cards import Card, from_row
from custodex.site.charts import WEEK
from custodex.site.engine import TEMPLATES, Engine, by_record
from custodex.site.identity import identity
from custodex.site.job import Built, Job
from custodex.site.known import Cards, Incoming
from custodex.site.output import SEAL, Fresh, Output, Staged, fault, recover, refuse_foreign
from custodex.site.pagemodels import IndexPage
from custodex.site.pageset import PageSet, Touched
from custodex.site.pooling import SEARCH, Done, Shared, render_all, take_all
from custodex.site.precompiling import byte_code
from custodex.site.state import Selection, State, rows_of
from custodex.site.stock import Stock
from custodex.site.writer import Writer
from custodex.templating import Messages, Templates, read_messages
from custodex.texts import Lang

_WAIT = 30.0
_CARDS_KEPT = 4096
OTHERS = ("staff", "team", "product", "view", "policy")


def build(job: Job) -> Built:
    """Bring the site in `job.out` up to date; a failure leaves the site that was there."""
    job.state.mkdir(mode=0o700, parents=True, exist_ok=True)
    with Lock(job.state, job.now, wait=_WAIT, break_dead=True):
        state = State(job.state / "state.sqlite")
        try:
            with state.store.transaction():
                recover(job.out, state.meta("name"))
                refuse_foreign(job.out)
                built, output = _Build(job, state).run()
            # from here on the state speaks of the new site: a build killed now is finished by the next
            output.commit()
        except OSError as error:
            raise fault(job.out, error) from error
        finally:
            state.close()
    return built


class _Build:
    """One build of one site."""

    def __init__(self, job: Job, state: State) -> None:
        self._job = job
        self._state = state
        self._reader, self._history = job.connect()
        self._findings: Sequence[Finding] = self._reader.findings()
        messages = read_messages(job.folders)
        cache = byte_code(job.state)
        self._templates: dict[Lang, tuple[Messages, Templates]] = {
            lang: (messages[lang], Templates(job.folders, messages[lang], lang, cache))
            for lang in job.languages
        }
        self._now = identity(job, self._reader, self._history)
        self._rendered = 0
        self._changed: list[str] = []

    def run(self) -> tuple[Built, Output]:
        """Choose between everything and the difference."""
        if not self._job.anew and self._is_current():
            edits = self._history.changed_since(self._state.meta("head"))
            if edits is not None:
                return self._update(edits)
        return self._everything()

    def _is_current(self) -> bool:
        """Tell whether the state and the site in place belong together and to this program and schema."""
        names = ("epoch", "fingerprint")
        return (
            all(self._state.meta(name) == self._now[name] for name in names)
            and bool(self._state.meta("name"))
            and self._state.meta("today") <= self._job.today  # what a page asked for lies ahead of its day
            and _name_of(self._job.out) == self._state.meta("name")
        )

    # --- everything

    def _everything(self) -> tuple[Built, Output]:
        state, job = self._state, self._job
        state.clear()
        state.set_meta({"name": "", "chunks": ""})
        output = Fresh(job.out)
        try:
            writer = Writer(output, state, 0)
            few = self._take_few()
            shared = Shared(
                job, lambda: Cards(few.get, _nobody), self._templates, by_record(self._findings), output,
                self._reader.targets("customers"),
            )  # fmt: skip
            for _, templates in self._templates.values():
                templates.warm(TEMPLATES)
            waiting = self._take_customers(shared, writer)
            batches = self._render_rest(shared, few, waiting)
            first = next(batches, Done())  # starts the workers: the other pages are made while they render
            here = replace(shared, cards=lambda: Cards(state.card, state.incoming))
            self._pages(here.engine(), writer, Touched(everything=True))
            for done in chain([first], batches):
                self._note(done, writer)
            output.write(SEAL, self._seal(writer))
            self._remember(writer)
        except BaseException:
            output.drop()
            raise
        return self._built(writer, full=True), output

    def _take_few(self) -> dict[str, Card]:
        """Take in staff, teams, products and views: they are few, and every page names some."""
        engine = Engine(self._job, self._reader, self._history, Cards(_none, _nobody), self._templates, {})
        keys = [key for kind in OTHERS for key in self._reader.keys(kind)]
        few = {card.key: card for _, card in engine.read(keys)}
        rows = rows_of(few.values())
        self._state.add(rows)
        self._state.shift(rows.totals)
        return few

    def _take_customers(self, shared: Shared, writer: Writer) -> list[str]:
        """Take in all customers and write the pages of most; return the keys of those that need to know others."""
        waiting: set[str] = set()
        totals: Counter[tuple[str, str]] = Counter()
        span = past.to_read(self._job, self._reader, self._history, self._state, self._now["fingerprint"])
        for taken in take_all(shared, self._reader.keys("customer"), span):
            if span and taken.past is not None:
                past.keep(self._state, span, taken.past)
            self._state.add(taken.rows)
            totals.update(taken.rows.totals)
            self._note(taken.done, writer)
            waiting.update(taken.waiting)
        self._state.shift(totals)
        waiting.update(self._state.spoken_of())
        for key in set(chain.from_iterable(twins.all_sharing(self._state).values())) - waiting:
            writer.again(key)  # only now it is known that its page tells of another customer
            waiting.add(key)
        return sorted(waiting)

    def _render_rest(self, shared: Shared, few: Mapping[str, Card], waiting: Sequence[str]) -> Iterator[Done]:
        state = self._state
        rows, incoming = state.tied({*waiting, *shared.tied}), state.all_incoming()
        sharing = twins.all_sharing(state)
        # a page names its parents and neighbours: the same few cards again and again
        known = lru_cache(_CARDS_KEPT)(lambda key: few.get(key) or _card(rows, key))
        rest = replace(
            shared,
            cards=lambda: Cards(
                known, lambda key: incoming.get(key, ()), lambda token: sharing.get(token, ())
            ),
        )
        return render_all(rest, waiting)

    def _note(self, done: Done, writer: Writer) -> None:
        for path, owner, digest in done.files:
            writer.note(path, owner, digest)  # nothing stood there: the state begins empty
        self._rendered += sum(owner.startswith("customers/") for _, owner, _ in done.files)
        self._state.add_asks(done.asks)
        writer.flush()

    # --- the difference

    def _update(self, edits: set[str]) -> tuple[Built, Output]:
        state, job = self._state, self._job
        cards = Cards(state.card, state.incoming, partial(twins.sharing, state))
        findings = by_record(self._findings)
        engine = Engine(job, self._reader, self._history, cards, self._templates, findings)
        touched = Touched(people=self._due_meanwhile())
        gone, dirty = self._take(engine, touched)
        dirty |= {key for key in edits if key.startswith("customers/")}
        dirty |= state.askers(f"day {day}" for day in self._days_since())
        staged = Staged(job.out)
        writer = Writer(staged, state, int(state.meta("name"), 16))
        for key in sorted(dirty):
            record, card = self._reader.record(key), state.card(key)
            files, asks = engine.customer(record, card) if record and card else ([], [])
            writer.put(key, files)
            state.ask(key, asks)
            self._rendered += len(files)
        self._sources(writer, sorted(dirty))
        pages = self._pages(engine, writer, touched)
        for key in gone:
            pages.drop(key)
        seal = self._seal(writer)
        if (job.out / SEAL).read_bytes() != seal:
            staged.write(SEAL, seal)
        self._remember(writer)
        staged.journal(self._state.meta("name"))
        return self._built(writer, full=False), staged

    def _days_since(self) -> Iterator[str]:
        """Yield the days after that of the last build, up to today."""
        day, today = date.fromisoformat(self._state.meta("today")), date.fromisoformat(self._job.today)
        while day < today:
            day += timedelta(days=1)
            yield day.isoformat()

    def _due_meanwhile(self) -> set[str]:
        """Return whose pages change by the day alone: a task became due since the last build."""
        before, today = self._state.meta("today"), self._job.today
        last = date.fromisoformat(today) + timedelta(days=WEEK)
        return self._state.due_between(before, last.isoformat()) if before != today else set()

    def _take(self, engine: Engine, touched: Touched) -> tuple[list[str], set[str]]:
        """Take in the records that changed; return those gone and the customers to render."""
        state = self._state
        since = int(state.meta("seq") or 0)
        # policies have no pages: counted here, the site would differ from one made anew
        changes = [row for row in self._reader.changes(since) if row[1] in ("customer", *OTHERS)]
        found = {card.key: card for _, card in engine.read([key for key, _, gone in changes if not gone])}
        said: set[str] = set()
        tokens = twins.shifted((state.card(key), found.get(key)) for key, _, _ in changes)
        alike = twins.told(state, tokens)
        for key, _, _ in changes:
            old, new = state.card(key), found.get(key)
            state.replace(key, new)
            _note(touched, said, key, old, new)
        customers = {key for key, kind, _ in changes if kind == "customer"}
        self._changed = sorted(key.partition("/")[2] for key in customers)
        dirty = customers | state.askers(said) | alike | twins.told(state, tokens)
        return [key for key, kind, _ in changes if key not in found and kind != "customer"], dirty

    # --- both

    def _pages(self, engine: Engine, writer: Writer, touched: Touched) -> PageSet:
        job, selections, shown = self._job, dict[str, Selection](), dict[tuple[str, str], list[Card]]()
        fresh = not touched.everything and self._read_past()  # a full build has read it beside the customers
        regroup = fresh or touched.all_sets or touched.owners
        figures = past.figures_of(self._reader, self._state, regroup=regroup)
        stocks = {
            lang: Stock(
                tongue.context, self._state, engine.reader, tongue.customers, self._findings, engine.history,
                job.rules, job.today, job.version, job.find, touched.touches, selections, figures, shown,
            )
            for lang, tongue in engine.tongues.items()
        }  # fmt: skip
        extras = BookExtras(stocks, writer) if job.extras else None
        pages = PageSet(stocks, engine.tongues, writer, touched, extras)
        pages.write()
        if touched.everything:
            writer.put("assets", _assets(job.folders))
            writer.put("schemas", schema_files(job.folders) if job.extras else {})
            index = next(iter(engine.tongues.values()))
            writer.put("index", {"index.html": index.render("index", _index(job, stocks))})
        elif self._state.meta("seq") != self._now["seq"]:
            self._search(writer)
        writer.flush()
        return pages

    def _read_past(self) -> bool:
        """Read what was done since the last time, unless it is known; tell whether it was not."""
        span = past.to_read(self._job, self._reader, self._history, self._state, self._now["fingerprint"])
        if span:
            past.keep(self._state, span, past.read(self._history, span))
        return span is not None

    def _sources(self, writer: Writer, keys: Sequence[str]) -> None:
        """Write what the forms of these customers start from; nothing for a customer that is gone."""
        for key, files in formdata.sources(self._reader, keys):
            writer.put(f"source {key}", files)

    def _search(self, writer: Writer) -> None:
        """Write the search files: those that the changed customers touch, or all where that is not possible."""
        job = self._job
        if job.patch_tiers is not None:
            patch = job.patch_tiers(
                self._reader, self._changed, lambda name: _bytes_of(job.out / "search" / name)
            )
            if patch is not None:
                writer.change(SEARCH, {f"search/{name}": data for name, data in patch.items()})
                return
        if job.tiers is not None:
            writer.put(SEARCH, ((f"search/{name}", data) for name, data in job.tiers(self._reader)))

    def _seal(self, writer: Writer) -> bytes:
        version = self._job.version
        said = {
            "program": __version__,
            "commit": version.commit,
            "at": version.at,
            "audience": self._job.audience.id,
            "languages": list(self._job.languages),
            "customers": self._state.total("#customers"),
            "documents": self._state.total("#documents"),
            "name": f"{writer.sum:064x}",
        }
        return (json.dumps(said, ensure_ascii=False, indent=2) + "\n").encode()

    def _remember(self, writer: Writer) -> None:
        self._state.set_meta({**self._now, "name": f"{writer.sum:064x}"})

    def _built(self, writer: Writer, *, full: bool) -> Built:
        count = Counter(finding.severity for finding in self._findings)
        return Built(
            full=full,
            customers=self._state.total("#customers"),
            written=writer.written,
            removed=writer.removed,
            unchanged=writer.unchanged,
            rendered=self._rendered,
            errors=count["error"],
            warnings=count["warning"],
        )


def _note(touched: Touched, said: set[str], key: str, old: Card | None, new: Card | None) -> None:
    """Note what a changed record concerns: sets, people, data files, and whoever asked about it."""
    if not key.startswith("customers/") or _owned(old) != _owned(new):
        touched.owners = True
    if old == new:
        return
    if not key.startswith("customers/"):
        touched.sets = True
        said.add(f"card {key}")
        return
    for card in (old, new):
        if card is not None:
            touched.add(card)
    if _shown(old) != _shown(new):
        said.add(f"card {key}")
    before, after = set(old.edges if old else ()), set(new.edges if new else ())
    said.update(f"to {edge.target}" for edge in before ^ after)


def _owned(card: Card | None) -> object:
    """Return what decides who answers for a customer."""
    return card and (card.state, card.one("owner"))


def _shown(card: Card | None) -> object:
    """Return what other pages may show of a customer."""
    if card is None:
        return None
    parents = [edge for edge in card.edges if edge.kind == "parent"]
    return card.name, card.state, card.one("stage"), parents, card.known


def _card(rows: Mapping[str, str], key: str) -> Card | None:
    row = rows.get(key)
    return from_row(row) if row else None


def _bytes_of(path: Path) -> bytes | None:
    return path.read_bytes() if path.is_file() else None


def _none(_key: str) -> None:
    """Know no card."""


def _nobody(_key: str) -> Sequence[Incoming]:
    """Know of nobody who speaks of a record."""
    return ()


def _assets(folders: Sequence[Path]) -> dict[str, bytes]:
    found: dict[str, bytes] = {}
    for folder in reversed(folders):
        base = folder / "assets"
        for path in sorted(base.rglob("*")):
            if path.is_file():
                found[f"assets/{path.relative_to(base).as_posix()}"] = path.read_bytes()
    return found


def _index(job: Job, stocks: Mapping[Lang, Stock]) -> IndexPage:
    default = str(next(iter(stocks.values())).context.book.settings.get("default_language", "zh"))
    chosen: Lang = "en" if default == "en" else "zh"
    first = chosen if chosen in job.languages else job.languages[0]
    return IndexPage({lang: stock.context.site_title for lang, stock in stocks.items()}, first)


def _name_of(out: Path) -> str:
    """Return the name of the site that stands in *out*, "" if there is none."""
    try:
        return str(json.loads((out / SEAL).read_text(encoding="utf-8"))["name"])
    except (OSError, ValueError, KeyError):
        return ""
