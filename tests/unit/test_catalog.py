"""The catalog follows the records at the cost of the change, and always says what a fresh one would say."""

from __future__ import annotations

import random
import shutil
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import hostile
import pytest
from hostile import ACME, BOLT, CORK, customer, customer_path

from custodex import loading, snapshots
from custodex.catalog import Catalog
from custodex.checks import EXAMINER
from custodex.git import Git
from custodex.snapshots import Snapshot
from workbench import Repo, clean_environ

A, B, C = map(customer_path, (ACME, BOLT, CORK))
DORA = "d0r4d0r4d00"
NOTE = customer_path(ACME, "notes/2026/2026-03-02-9fj2k1.yaml")


@pytest.fixture(scope="module")
def book(tmp_path_factory: pytest.TempPathFactory) -> Repo:
    return hostile.master(tmp_path_factory.mktemp("catalog") / "book")


@pytest.fixture
def repo(book: Repo, tmp_path: Path) -> Repo:
    return hostile.copy(book, tmp_path / "repo")


@pytest.fixture
def catalog(repo: Repo) -> Iterator[Catalog]:
    made = Catalog(repo.root)
    yield made
    made.close()


def worktree(repo: Repo) -> Snapshot:
    return snapshots.worktree(Git(repo.root, clean_environ()))


def staged(repo: Repo) -> Snapshot:
    return snapshots.staged(Git(repo.root, clean_environ()))


def state(catalog: Catalog) -> dict[str, Any]:
    """Return everything the catalog can be asked for."""
    keys = [row[0] for row in catalog.db.execute("SELECT key FROM records WHERE alive ORDER BY key")]
    return {
        "findings": [(f, f.severity, dict(f.params)) for f in catalog.findings()],
        "counts": catalog.counts(),
        "records": [
            (record.key, [(document.path, document.value) for document in record.documents])
            for record in catalog.records(keys)
        ],
        "referrers": [catalog.referrers(key) for key in keys],
        "later": catalog.later_than("2026-01-01"),
        "paths": catalog.paths(),
    }


def fresh(repo: Repo, snapshot: Snapshot) -> dict[str, Any]:
    """Return the answers of a catalog made from nothing."""
    shutil.rmtree(repo.root / ".fresh", ignore_errors=True)
    (repo.root / ".fresh").mkdir()
    made = Catalog(repo.root / ".fresh")
    made.sync(snapshot, EXAMINER)
    answers = state(made)
    made.close()
    shutil.rmtree(repo.root / ".fresh")
    return answers


def test_nothing_changed_costs_nothing(repo: Repo, catalog: Catalog) -> None:
    before = catalog.seq
    result = catalog.sync(worktree(repo), EXAMINER)
    assert (result.read, result.examined) == (0, 0)
    assert catalog.seq == before


def test_one_changed_file_reads_one_file_and_examines_who_asked(repo: Repo, catalog: Catalog) -> None:
    repo.write(A, customer(ACME, "Acme Test", f"parent: {BOLT}"))
    assert catalog.sync(worktree(repo), EXAMINER).read == 1
    repo.write(B, customer(BOLT, "Bolt Test"))
    result = catalog.sync(worktree(repo), EXAMINER)
    assert result.read == 1
    assert result.examined == 2  # the changed one, and the one that refers to it
    assert catalog.referrers(f"customers/{BOLT}") == [(A, "/parent")]


def test_deleting_what_others_refer_to_is_noticed_and_forgotten_again(repo: Repo, catalog: Catalog) -> None:
    repo.write(A, customer(ACME, "Acme Test", f"parent: {BOLT}"))
    repo.commit()
    (repo.root / B).unlink()
    catalog.sync(worktree(repo), EXAMINER)
    assert {finding.code for finding in catalog.findings()} == {"reference-missing"}
    repo.git("checkout", "-q", ".")
    assert catalog.sync(worktree(repo), EXAMINER).read == 0
    assert catalog.findings() == []


def test_a_changed_schema_judges_everything_anew(repo: Repo, catalog: Catalog) -> None:
    path = repo.root / "schema/customer.schema.json"
    before = path.read_text(encoding="utf-8")
    path.write_text(before + "\n", encoding="utf-8")
    assert catalog.sync(worktree(repo), EXAMINER).read == 4
    path.write_text("{", encoding="utf-8")
    catalog.sync(worktree(repo), EXAMINER)
    assert [finding.code for finding in catalog.findings()] == ["schema-file"]
    path.write_text(before, encoding="utf-8")
    catalog.sync(worktree(repo), EXAMINER)
    assert catalog.findings() == []


def test_what_was_wrong_with_the_schema_is_remembered(repo: Repo, catalog: Catalog) -> None:
    (repo.root / "schema/customer.schema.json").write_text("{", encoding="utf-8")
    catalog.sync(worktree(repo), EXAMINER)
    first = catalog.findings()
    again = Catalog(repo.root)
    again.sync(worktree(repo), EXAMINER)
    assert again.findings() == first != []
    again.close()


def test_a_damaged_catalog_is_made_again(repo: Repo) -> None:
    repo.write(A, customer(ACME, "Acme Test", "odd: x"))
    path = repo.root / ".custodex/catalog.sqlite"
    for damage in (b"", b"damaged", b"SQLite format 3\0" + b"x" * 5000):
        path.write_bytes(damage)
        for suffix in ("-wal", "-shm"):
            path.with_name(path.name + suffix).unlink(missing_ok=True)
        made = Catalog(repo.root)
        made.sync(worktree(repo), EXAMINER)
        assert [finding.code for finding in made.findings()] == ["schema-unknown"]
        made.close()


def _edit(repo: Repo, chance: random.Random) -> None:
    """Do one thing to the records that a person, or a stranger, might do."""
    texts = [
        customer(ACME, "Acme Test"),
        customer(ACME, "Acme Test", f"parent: {BOLT}"),
        customer(ACME, "Acme", f"parent: {CORK}", "needs: 5"),
        f"id: {ACME}\nmerged_into: {BOLT}\n",
        "broken: [\n",
        customer(BOLT, "Bolt", f"parent: {ACME}"),
        customer(CORK, "Cork", "identifiers:", "  external:", "    - system: erp", '      id: "7"'),
        'type: other\noccurred_at: "2026-03-02T10:00:00+08:00"\nby: lin-fang\nsummary: "@lin-fang x"\n',
        "id: lin-fang\nname: 林芳\nactive: false\n",
    ]
    path = chance.choice([A, B, C, NOTE, "records/staff/lin-fang.yaml", "records/staff/Lin-Fang.yaml",
                          "records/stray.yaml", "schema/settings.yaml"])  # fmt: skip
    move = chance.randrange(8)
    target = repo.root / path
    if move <= 3 and not path.startswith("schema"):
        repo.write(path, chance.choice(texts))
    elif move == 4 and not path.startswith("schema"):
        target.unlink(missing_ok=True)
    elif move == 5:
        repo.git("add", "-A", "records", "schema")
    elif move == 6:
        repo.commit()
    elif target.is_file():
        target.chmod(0o755 if chance.random() < 0.5 else 0o644)


@pytest.mark.parametrize("seed", range(4))
def test_an_incremental_catalog_equals_a_fresh_one(repo: Repo, catalog: Catalog, seed: int) -> None:
    chance = random.Random(seed)
    for _ in range(14):
        for _ in range(chance.randrange(1, 4)):
            _edit(repo, chance)
        snapshot = (worktree if chance.random() < 0.6 else staged)(repo)
        catalog.sync(snapshot, EXAMINER)
        assert state(catalog) == fresh(repo, snapshot)
    repo.git("checkout", "-q", "-f", "main~0")
    first = repo.git("rev-list", "--max-parents=0", "HEAD").strip()
    snapshot = snapshots.commit(Git(repo.root, clean_environ()), first)
    catalog.sync(snapshot, EXAMINER)
    assert state(catalog) == fresh(repo, snapshot)


@pytest.mark.parametrize("system", ["linux", "darwin"])  # forked processes, and started ones
def test_many_documents_by_several_processes_say_the_same(
    sample_repo: Repo, monkeypatch: pytest.MonkeyPatch, system: str
) -> None:
    monkeypatch.setattr(loading, "sys", SimpleNamespace(platform=system))
    monkeypatch.setattr(loading, "_WORTH_A_POOL", 10)
    snapshot = worktree(sample_repo)
    made = Catalog(sample_repo.root)
    made.sync(snapshot, EXAMINER, processes=2)
    pooled = state(made)
    made.close()
    monkeypatch.setattr(loading, "_WORTH_A_POOL", 10**9)
    assert pooled == fresh(sample_repo, snapshot)


@pytest.mark.parametrize("seed", range(3))
def test_records_examined_by_other_processes_get_the_same_findings(
    repo: Repo, catalog: Catalog, seed: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Twins with one number, equal files, broken ones, parents in a circle: none may hide from a worker."""
    chance = random.Random(100 + seed)
    twin = customer(DORA, "Dora", "identifiers:", "  external:", "    - system: erp", '      id: "7"')
    for _ in range(3):
        monkeypatch.setattr(loading, "_WORTH_A_POOL", 1)
        monkeypatch.setattr(loading, "CHUNK", 2)
        repo.write(customer_path(DORA), twin)
        for number in range(3):
            stem = f"notes/2026/2026-03-02-9fj2k{number}.yaml"
            repo.write(customer_path(DORA, stem), 'type: call\nby: nobody\nsummary: "@lin-fang"\n')
        for _ in range(chance.randrange(6)):
            _edit(repo, chance)
        snapshot = worktree(repo)
        catalog.sync(snapshot, EXAMINER, processes=2)
        monkeypatch.setattr(loading, "_WORTH_A_POOL", 10**9)
        assert state(catalog) == fresh(repo, snapshot)
        assert {"reference-missing"} <= {finding.code for finding in catalog.findings()}
        shutil.rmtree(repo.root / "records/customers/d0", ignore_errors=True)
