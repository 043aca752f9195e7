"""What is derived is made here and nowhere else."""

from __future__ import annotations

from workbench import Repo


def test_a_catalog_that_came_with_a_commit_is_refused(sample_repo: Repo) -> None:
    assert sample_repo.custodex("check").returncode == 0
    sample_repo.git("add", "-f", ".custodex")
    sample_repo.git("commit", "-q", "-m", "a catalog that says all is well")
    done = sample_repo.custodex("check", "--lang", "en")
    assert done.returncode == 5
    assert ".custodex/ is committed to Git" in done.stderr
    assert "git rm -r --cached .custodex" in done.stderr


def test_without_derived_files_the_answer_is_the_same(sample_repo: Repo) -> None:
    first = sample_repo.custodex("check", "--format", "json")
    again = sample_repo.custodex("check", "--format", "json")
    assert (first.returncode, first.stdout) == (again.returncode, again.stdout)
