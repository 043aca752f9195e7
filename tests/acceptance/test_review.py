"""What a reviewer is told: the merge result is checked, old findings do not block, the old rules decide."""

from __future__ import annotations

import base64
import hashlib
import json
import re
import subprocess
from pathlib import Path
from typing import Any

import pytest

from custodex.ids import new_id
from custodex.records import path_of
from workbench import Repo

CODE = "91440300MA5F4T8U71"


def customer(identifier: str, name: str, **more: Any) -> str:
    lines = {
        "id": identifier, "type": "organization", "name": name, "stage": "lead", "owner": "li-wen",
        **more,
    }  # fmt: skip
    text = "".join(f"{key}: {value}\n" for key, value in lines.items())
    return f'{text}source:\n  channel: website\n  by: li-wen\n  at: "2026-11-01"\n'


def propose(repo: Repo, branch: str, files: dict[str, str | None], **environ: str) -> None:
    """Commit files on a branch from main and go back to main."""
    repo.git("checkout", "-q", "-b", branch, "main")
    for path, text in files.items():
        if text is None:
            (repo.root / path).unlink()
        else:
            repo.write(path, text)
    repo.git("add", "-A")
    repo.git("commit", "-q", "-m", branch, **environ)
    repo.git("checkout", "-q", "main")


def review(repo: Repo, span: str, *more: str, code: int = 0) -> dict[str, Any]:
    done = repo.custodex("review", span, "--format", "json", *more)
    assert done.returncode == code, done.stderr + done.stdout[:2000]
    found: dict[str, Any] = json.loads(done.stdout)
    return found


def codes(found: dict[str, Any], which: str = "new") -> list[str]:
    return [finding["code"] for finding in found["findings"][which]]


def lines_of(repo: Repo, name: str) -> tuple[str, list[str]]:
    """Return the path of the first customer with this file, and the file's lines."""
    path = sorted(repo.root.glob(f"records/customers/*/*/{name}"))[0]
    return str(path.relative_to(repo.root)), path.read_text(encoding="utf-8").splitlines()


def test_two_clean_branches_that_clash_together_are_caught_without_a_checkout(sample_repo: Repo) -> None:
    one, other = new_id(), new_id()
    target = new_id()
    shared = {"identifiers": f'{{uscc: "{CODE}"}}'}
    propose(sample_repo, "base", {path_of("customer", target): customer(target, "将被删除的客户")})
    sample_repo.git("merge", "-q", "base")
    propose(sample_repo, "first", {
        path_of("customer", one): customer(one, "深圳市云帆数据有限公司", **shared),
        path_of("customer", target): None,
    })  # fmt: skip
    linked = (
        customer(other, "深圳云帆数据公司", **shared) + f"relations:\n  - type: partner\n    to: {target}\n"
    )
    propose(sample_repo, "second", {path_of("customer", other): linked})
    assert not {"unique-taken", "reference-missing"} & {*codes(review(sample_repo, "main..second"))}
    sample_repo.git("merge", "-q", "--no-ff", "first", "-m", "first")
    before = sample_repo.git("status", "--porcelain")
    found = review(sample_repo, "main..second", code=1)
    assert found["merged"] is True
    assert {"unique-taken", "reference-missing"} <= {*codes(found)}
    assert {one, other} in [{pair["one"], pair["other"]} for pair in found["duplicates"]]
    assert sample_repo.git("status", "--porcelain") == before


def test_two_branches_that_each_add_a_key_are_caught(sample_repo: Repo) -> None:
    identifier = new_id()
    text = customer(identifier, "示例公司") + "needs: 报价\n" + "".join(f"# {n}\n" for n in range(8))
    propose(sample_repo, "base", {path_of("customer", identifier): text})
    sample_repo.git("merge", "-q", "base")
    top = text.replace("name:", "short_name: 甲\nname:")
    propose(sample_repo, "top", {path_of("customer", identifier): top})
    propose(sample_repo, "end", {path_of("customer", identifier): text + "short_name: 乙\n"})
    sample_repo.git("merge", "-q", "--no-ff", "top", "-m", "top")
    assert "yaml-duplicate-key" in codes(review(sample_repo, "main..end", code=1))


def test_a_conflict_is_named(sample_repo: Repo) -> None:
    path, lines = lines_of(sample_repo, "contacts.yaml")
    for branch in ("mine", "theirs"):
        propose(sample_repo, branch, {path: "\n".join([f"# {branch}", *lines[1:]]) + "\n"})
    sample_repo.git("merge", "-q", "mine")
    found = review(sample_repo, "main..theirs", code=1)
    assert (found["verdict"], found["conflicts"]) == ("conflict", [path])


def test_old_findings_do_not_block_and_fixed_ones_are_named(sample_repo: Repo) -> None:
    identifier, sound = new_id(), new_id()
    broken = customer(identifier, "示例公司", stage="nowhere")
    propose(sample_repo, "bad", {path_of("customer", identifier): broken})
    sample_repo.git("merge", "-q", "bad")
    propose(sample_repo, "more", {path_of("customer", sound): customer(sound, "另一家公司")})
    found = review(sample_repo, "main..more")
    assert (codes(found), found["findings"]["standing"] > 0, found["verdict"]) == ([], True, "waiting")
    propose(sample_repo, "good", {path_of("customer", identifier): customer(identifier, "示例公司")})
    assert codes(review(sample_repo, "main..good"), "fixed") != []


def test_the_rules_before_the_change_decide(sample_repo: Repo) -> None:
    rules = sample_repo.read("schema/access.yaml")
    weaker = rules[: rules.index("  approvals:")] + "  approvals: []\n"
    propose(sample_repo, "weaker", {"schema/access.yaml": weaker})
    refused = sample_repo.custodex("policy", "check", "main..weaker")
    assert refused.returncode == 6
    assert "li-wen may not write the class structure: schema/access.yaml" in refused.stdout
    done = sample_repo.custodex("policy", "check", "main..weaker", "--author", "sun-yue", "--format", "json")
    needs = {need["rule"]: need for need in json.loads(done.stdout)["needs"]}
    assert (done.returncode, set(needs)) == (6, {"every-change", "structure"})
    assert needs["structure"]["candidates"] == ["anna-berg"]
    ok = ("policy", "check", "main..weaker", "--author", "sun-yue", "--approved-by", "anna-berg")
    assert sample_repo.custodex(*ok).returncode == 0
    own = ("policy", "check", "main..weaker", "--author", "sun-yue", "--approved-by", "sun-yue")
    assert sample_repo.custodex(*own).returncode == 6


def needs_of(repo: Repo, span: str, *more: str) -> dict[str, list[dict[str, Any]]]:
    found: dict[str, list[dict[str, Any]]] = {}
    for need in review(repo, span, *more)["policy"]["needs"]:
        found.setdefault(need["rule"], []).append(need)
    return found


def test_owner_grade_class_and_number_decide_who_approves(sample_repo: Repo) -> None:
    identifier = new_id()
    vip = customer(identifier, "示例集团", grade="strategic", owner="anna-berg")
    propose(
        sample_repo,
        "vip",
        {path_of("customer", identifier): vip},
        GIT_AUTHOR_EMAIL="chen.hao@custodex.example.com",
    )
    needs = needs_of(sample_repo, "main..vip", "--approved-by", "sun-yue")
    assert needs["account-owner"][0]["candidates"] == ["anna-berg"]
    assert [(need["count"], need["met"]) for need in needs["key-customers"]] == [(2, False)]
    told = sample_repo.custodex("review", "main..vip").stdout
    assert "Anna Berg" in told
    assert re.search("(—|；) ?示例集团\n", told)
    needs = needs_of(sample_repo, "main..vip", "--approved-by", "sun-yue", "--approved-by", "anna-berg")
    assert all(need["met"] for found in needs.values() for need in found)
    many = {
        path_of("customer", one): customer(one, f"示例 {one} 公司") for one in (new_id() for _ in range(20))
    }
    propose(sample_repo, "many", {**many})
    bulk = needs_of(sample_repo, "main..many")["bulk"][0]
    assert (bulk["roles"], len(bulk["records"])) == (["admin", "steward"], 20)


def test_who_left_or_is_out_of_training_may_neither_write_nor_approve(sample_repo: Repo) -> None:
    identifier = new_id()
    propose(sample_repo, "new", {path_of("customer", identifier): customer(identifier, "示例公司")})
    for who in ("zhao-peng", "nobody@example.org"):
        found = review(sample_repo, "main..new", "--author", who, code=6)
        assert found["policy"]["refusals"][0]["code"] in {"author-unfit", "author-unknown"}
        assert needs_of(sample_repo, "main..new", "--approved-by", who)["every-change"][0]["given"] == []


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_the_document_fits_a_comment_and_hides_what_is_sensitive(sample_repo: Repo, lang: str) -> None:
    many = {
        path_of("customer", one): customer(one, f"示例 <img src=x> {one}", description="好" * 900)
        for one in (new_id() for _ in range(120))
    }
    path, lines = lines_of(sample_repo, "identity.yaml")
    born = [line if not line.startswith("birthday") else 'birthday: "1971-01-01"' for line in lines]
    propose(sample_repo, "many", {**many, path: "\n".join(born) + "\n"})
    done = sample_repo.custodex("--lang", lang, "review", "main..many", "--format", "markdown")
    assert len(done.stdout.encode()) <= 64_000
    assert done.stdout.startswith("**")
    assert ("left out" if lang == "en" else "没有列出") in done.stdout
    assert "<img" not in done.stdout.replace("\\<img", "")
    page = sample_repo.custodex("--lang", lang, "review", "main..many", "--format", "html").stdout
    assert "&lt;img" in page
    assert "<img" not in page
    assert "1971-01-01" not in page + done.stdout


def test_the_page_shows_the_changed_customers_before_and_after(sample_repo: Repo) -> None:
    path = "records/customers/a2/a2pqm63zjgr/identity.yaml"
    born = sample_repo.read(path).replace("note: 妻子与儿子", "note: canary")
    key = "records/customers/ak/ak33t63cj0v/customer.yaml"
    text = sample_repo.read(key).replace("grade: strategic", "grade: large")
    hostile = text.replace("name: 北京曦和", "name: </td><script>alert(1)</script>北京曦和")
    propose(sample_repo, "change", {path: born, key: hostile})
    page = sample_repo.custodex("--lang", "en", "review", "main..change", "--format", "html").stdout
    sides = re.findall(r'<div class="side-of">.*?(?=<div class="side-of">|</section>)', page, re.DOTALL)
    was, now = (
        re.findall(rf'<dd class="{mark}">(.*?)</dd>', side, re.DOTALL)
        for mark, side in zip(("was", "now"), sides, strict=True)
    )
    assert ["Strategic" in one for one in was] == [True]
    assert ["Large" in one for one in now] == [True]
    assert "its page looks the same" in page  # of the customer whose identity is masked
    assert "canary" not in page
    assert "&lt;script&gt;" in sides[1]
    # nothing runs, nothing is asked for: the policy names the one style sheet by its hash
    assert not re.search(r"<(?:script|img|iframe|form|input|button|link|base)\b", page)
    assert not re.search(r"<[^>]*\s(?:href|src|style|on[a-z]+)=", page)
    style = page[page.index("<style>") + 7 : page.index("</style>")]
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    assert f"style-src 'sha256-{digest}'" in page
    assert not re.search(r"url\((?!\"data:)|@import", style)
    whole = sample_repo.custodex("review", "main..change", "--format", "html", "--sensitive").stdout
    assert "canary" in whole[whole.index('class="face"') :]


def test_pages_of_many_customers_are_left_out_and_it_is_said(sample_repo: Repo) -> None:
    many = {path_of("customer", one): customer(one, f"示例 {one}") for one in (new_id() for _ in range(15))}
    propose(sample_repo, "many", {**many})
    page = sample_repo.custodex("--lang", "en", "review", "main..many", "--format", "html").stdout
    assert page.count('<section class="face">') == 12
    assert page.count("there is no such customer") == 12  # before
    assert "the pages of 3 customers left out" in page


def test_nobody_confirms_what_he_entered(sample_repo: Repo) -> None:
    path, lines = lines_of(sample_repo, "identity.yaml")
    text = "\n".join(line for line in lines if not line.startswith("nationality")) + "\nnationality: FR\n"
    checked = "verifications:\n  - id: v9\n    document: passport\n    method: original\n    by: xie-ning\n"
    checked += '    at: "2026-11-20T10:00:00+08:00"\n    result: passed\n'
    head = text[: text.index("verifications:")] if "verifications:" in text else text
    ning = {"GIT_AUTHOR_EMAIL": "xie.ning@custodex.example.com"}
    propose(sample_repo, "both", {path: f"{head}{checked}"}, **ning)
    done = sample_repo.custodex("policy", "check", "main..both", "--format", "json")
    assert [one["code"] for one in json.loads(done.stdout)["refusals"]] == ["written-together"]
    start = "\n".join(lines).partition("verifications:")[0]
    propose(sample_repo, "only", {path: start + checked}, **ning)
    done = sample_repo.custodex("policy", "check", "main..only", "--format", "json")
    assert json.loads(done.stdout)["refusals"] == []


def test_who_approves_is_told_what_is_missing_for_it_to_count(sample_repo: Repo, tmp_path: Path) -> None:
    propose(sample_repo, "new", {path_of("customer", one := new_id()): customer(one, "示例公司")})
    done = sample_repo.custodex("approve", "new")
    assert (done.returncode, "user.signingkey" in done.stderr) == (4, True)
    key = tmp_path / "key"
    subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", str(key)], check=True)
    sample_repo.git("config", "gpg.format", "ssh")
    sample_repo.git("config", "user.signingkey", f"{key}.pub")
    done = sample_repo.custodex("approve", "new")
    assert (done.returncode, "no key of anybody in records/staff" in done.stderr) == (0, True)
    assert needs_of(sample_repo, "main..new")["every-change"][0]["given"] == []
    # known on the main line, it counts: for what the proposal holds now, and for nobody's own work
    staff = "records/staff/sun-yue.yaml"
    line = Path(f"{key}.pub").read_text("utf-8").strip()
    sample_repo.write(
        staff, f'{sample_repo.read(staff)}keys:\n  - id: k9\n    key: {line}\n    since: "2020-01-01"\n'
    )
    sample_repo.commit("a key")
    assert needs_of(sample_repo, "main..new")["every-change"][0]["given"] == ["sun-yue"]
    # who writes in another's name does not approve of it
    signing = {"GIT_CONFIG_COUNT": "1", "GIT_CONFIG_KEY_0": "commit.gpgsign", "GIT_CONFIG_VALUE_0": "true"}
    propose(
        sample_repo, "borrowed", {path_of("customer", two := new_id()): customer(two, "样例公司")}, **signing
    )
    assert sample_repo.custodex("approve", "borrowed").returncode == 0
    assert needs_of(sample_repo, "main..borrowed")["every-change"][0]["given"] == []
    # nor does a key that has ended, whatever day its commit claims
    sample_repo.write(staff, f'{sample_repo.read(staff)}    until: "2026-11-21"\n')
    ended = sample_repo.commit("the key has ended")
    assert needs_of(sample_repo, "main..new")["every-change"][0]["given"] == []
    sample_repo.git("reset", "-q", "--hard", f"{ended}~1")
    sample_repo.git("checkout", "-q", "new")
    sample_repo.write(path_of("customer", one), customer(one, "示例有限公司"))
    sample_repo.commit("more")
    sample_repo.git("checkout", "-q", "main")
    assert needs_of(sample_repo, "main..new")["every-change"][0]["given"] == []


def test_codeowners_are_made_from_the_rules_and_watched(sample_repo: Repo) -> None:
    assert sample_repo.custodex("policy", "codeowners", "--check").returncode == 1
    assert sample_repo.custodex("policy", "codeowners").returncode == 0
    assert sample_repo.custodex("policy", "codeowners", "--check").returncode == 0
    text = Path(sample_repo.root / ".github/CODEOWNERS").read_text(encoding="utf-8")
    assert "/records/customers/*/*/identity.yaml xie.ning@custodex.example.com\n" in text
    staff = "records/staff/xie-ning.yaml"
    sample_repo.write(staff, sample_repo.read(staff) + "forge: xie-ning-example\n")
    sample_repo.commit("an account")
    assert sample_repo.custodex("policy", "codeowners", "--check").returncode == 1
    propose(sample_repo, "forge", {path_of("customer", one := new_id()): customer(one, "示例公司")})
    given = needs_of(sample_repo, "main..forge", "--approved-by", "@xie-ning-example")["every-change"][0][
        "given"
    ]
    assert given == ["xie-ning"]


def test_what_a_merge_adds_of_its_own_is_written_by_who_merged(sample_repo: Repo) -> None:
    path, lines = lines_of(sample_repo, "customer.yaml")
    changed = "\n".join(lines) + "\n"
    propose(
        sample_repo,
        "branch",
        {path: changed + "website: https://one.example.com\n"},
        GIT_AUTHOR_EMAIL="li.wen@custodex.example.com",
    )
    other, text = lines_of(sample_repo, "contacts.yaml")
    sample_repo.write("README.md", "main goes on\n")
    sample_repo.commit("main goes on")
    merge = ("merge", "-q", "--no-ff", "--no-commit", "main")
    for branch, extra in (("plain", ""), ("loaded", "# added while merging\n")):
        sample_repo.git("checkout", "-q", "-b", branch, "branch")
        sample_repo.git(*merge)
        sample_repo.write(other, "\n".join(text) + "\n" + extra)
        sample_repo.git("add", "-A")
        sample_repo.git("commit", "-q", "-m", "merge", GIT_AUTHOR_EMAIL="tom.okafor@custodex.example.com")
        sample_repo.git("checkout", "-q", "main")
    authors = {}
    for branch in ("plain", "loaded"):
        done = sample_repo.custodex("policy", "check", f"main..{branch}", "--format", "json")
        authors[branch] = json.loads(done.stdout)["authors"]
    assert "tom-okafor" not in authors["plain"]
    assert "tom-okafor" in authors["loaded"]
