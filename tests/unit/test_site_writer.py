"""What a build writes of an owner that keeps most of its files."""

from __future__ import annotations

from pathlib import Path

from custodex.site.output import Staged
from custodex.site.state import State
from custodex.site.writer import Writer


def test_a_changed_owner_keeps_its_other_files_and_loses_the_empty_ones(tmp_path: Path) -> None:
    site, state = tmp_path / "site", State(tmp_path / "state")
    site.mkdir()
    first = Staged(site)
    writer = Writer(first, state, 0)
    writer.put("search", {"search/a": b"a", "search/b": b"b"})
    alone = writer.sum
    writer.put("search", {"search/a": b"a", "search/b": b"b", "search/c": b"c"})
    first.commit()
    second = Staged(site)
    after = Writer(second, state, writer.sum)
    after.change("search", {"search/a": b"a", "search/c": b""})
    second.commit()
    assert sorted(path.name for path in (site / "search").iterdir()) == ["a", "b"]
    assert after.sum == alone, "the name of the site is that of one without the file"
    assert after.removed == 1
    assert sorted(state.files("search")) == ["search/a", "search/b"]
