"""A new record repository works at once: checks, commits through its hooks, completion in the editor."""

from __future__ import annotations

import fnmatch
import json
import re
import subprocess
import sys
from pathlib import Path

import jsonschema
import pytest
import yaml

from workbench import ROOT, Repo, clean_environ

HOOKS_PATH = str(Path(sys.executable).parent)


@pytest.fixture
def new_repo(tmp_path: Path) -> Repo:
    """A repository made by `custodex init`, with the tester's programs on the PATH."""
    environ = clean_environ()
    environ["PATH"] = f"{HOOKS_PATH}:{environ['PATH']}"
    made = Repo(tmp_path, environ).custodex("init", "book")
    assert made.returncode == 0, made.stderr
    return Repo(tmp_path / "book", environ)


def customer_of(repo: Repo, name: str) -> str:
    hits = json.loads(repo.custodex("search", name, "--format", "json").stdout)["hits"]
    return str(hits[0]["id"])


def commit(repo: Repo) -> subprocess.CompletedProcess[str]:
    repo.git("add", "-A")
    return subprocess.run(
        ["git", "commit", "-m", "change"], cwd=repo.root, env=repo.environ, capture_output=True, text=True,
        check=False,
    )  # fmt: skip


def test_the_starter_records_are_clean_and_found(new_repo: Repo) -> None:
    checked = new_repo.custodex("check", "--format", "json")
    assert checked.returncode == 0, checked.stdout
    assert json.loads(checked.stdout)["findings"] == []
    assert new_repo.custodex("format", "--check").returncode == 0
    hits = json.loads(new_repo.custodex("list", "--format", "json").stdout)["hits"]
    assert {hit["name"] for hit in hits} == {"示例精密仪器有限公司", "Example Harbour Works Ltd", "单思远"}
    assert json.loads(new_repo.custodex("search", "sly", "--format", "json").stdout)["total"] == 0
    assert customer_of(new_repo, "ssy") == customer_of(new_repo, "单思")


def test_two_repositories_share_no_id(tmp_path: Path) -> None:
    found = []
    for name in ("one", "two"):
        assert Repo(tmp_path).custodex("init", name).returncode == 0
        found.append({path.name for path in (tmp_path / name / "records" / "customers").glob("*/*")})
    assert len(found[0]) == len(found[1]) == 3
    assert not found[0] & found[1]


def test_an_empty_one_has_no_record(tmp_path: Path) -> None:
    assert Repo(tmp_path).custodex("init", "book", "--empty").returncode == 0
    repo = Repo(tmp_path / "book")
    assert not list((repo.root / "records").rglob("*.yaml"))
    assert (repo.root / "schema" / "customer.schema.json").is_file()
    assert json.loads(repo.custodex("list", "--format", "json").stdout)["total"] == 0


def test_what_is_there_is_never_touched(tmp_path: Path) -> None:
    repo = Repo(tmp_path)
    repo.write("README.md", "ours\n")
    repo.write("schema/settings.yaml", "default_language: en\n")
    assert repo.custodex("init", ".").returncode == 0
    assert repo.read("README.md") == "ours\n"
    assert repo.read("schema/settings.yaml") == "default_language: en\n"
    before = {path: path.read_bytes() for path in tmp_path.rglob("*.yaml") if ".custodex" not in path.parts}
    again = repo.custodex("init", ".")
    assert again.returncode == 0
    assert "wrote 0 files" in again.stdout
    after = {path: path.read_bytes() for path in tmp_path.rglob("*.yaml") if ".custodex" not in path.parts}
    assert before == after


def test_inside_a_repository_no_second_one_is_made(tmp_path: Path) -> None:
    repo = Repo(tmp_path)
    repo.git("init", "-q")
    assert repo.custodex("init", "customers").returncode == 0
    assert not (tmp_path / "customers" / ".git").exists()
    assert repo.custodex("-C", "customers", "check").returncode == 0


def test_a_file_in_the_way_is_named(tmp_path: Path) -> None:
    repo = Repo(tmp_path)
    repo.write("book", "a file\n")
    refused = repo.custodex("--lang", "zh", "init", "book")
    assert refused.returncode == 4
    assert "不是文件夹" in refused.stderr
    assert repo.read("book") == "a file\n"


def test_the_hooks_pass_good_commits_and_refuse_bad_ones(new_repo: Repo) -> None:
    installed = subprocess.run(
        ["pre-commit", "install"], cwd=new_repo.root, env=new_repo.environ, check=False
    )
    assert installed.returncode == 0
    first = commit(new_repo)
    assert first.returncode == 0, first.stdout + first.stderr
    customer = customer_of(new_repo, "示例精密")
    path = f"records/customers/{customer[:2]}/{customer}/customer.yaml"
    good = new_repo.read(path)

    new_repo.write(path, good.replace("owner: lin-yue", "owner: nobody-here"))
    refused = commit(new_repo)
    assert refused.returncode != 0
    assert f"{path}:" in refused.stdout + refused.stderr
    assert "nobody-here" in refused.stdout + refused.stderr

    new_repo.write(path, good.replace("owner: lin-yue", "owner: eva-lund"))
    passed = commit(new_repo)
    assert passed.returncode == 0, passed.stdout + passed.stderr

    # deletions alone: pre-commit hands no file to anybody, yet the reference to the colleague is broken
    (new_repo.root / "records/staff/eva-lund.yaml").unlink()
    orphaning = commit(new_repo)
    assert orphaning.returncode != 0
    assert "eva-lund" in orphaning.stdout + orphaning.stderr


@pytest.mark.parametrize("name", [".pre-commit-config.yaml", ".pre-commit-hooks.yaml"])
def test_the_hooks_look_at_record_files_and_at_nothing_else(name: str) -> None:
    loaded = yaml.safe_load((ROOT / name).read_text(encoding="utf-8"))
    hooks = loaded if isinstance(loaded, list) else loaded["repos"][0]["hooks"]
    assert [hook["id"] for hook in hooks] == ["custodex-format", "custodex-validate", "custodex-check"]
    for hook in hooks[:2]:
        wanted = re.compile(hook["files"])
        assert wanted.search("records/customers/ab/abcdefghjkm/notes/2026/2026-03-02-9fj2k1.yaml")
        assert wanted.search("records/staff/li-wen.yaml")
        assert not wanted.search("schema/settings.yaml")
        assert not wanted.search("old/records/staff/li-wen.yaml")
        assert not wanted.search("records/readme.md")
    assert hooks[2]["always_run"] is True
    assert hooks[2]["pass_filenames"] is False
    assert all(hook["require_serial"] for hook in hooks)


def test_both_hook_files_run_the_same_commands() -> None:
    provided = yaml.safe_load((ROOT / ".pre-commit-hooks.yaml").read_text(encoding="utf-8"))
    local = yaml.safe_load((ROOT / ".pre-commit-config.yaml").read_text(encoding="utf-8"))["repos"][0][
        "hooks"
    ]
    assert [hook["entry"] for hook in provided] == [hook["entry"] for hook in local]


def test_the_editor_finds_a_whole_schema_for_every_record(new_repo: Repo) -> None:
    settings = json.loads(new_repo.read(".vscode/settings.json"))["yaml.schemas"]
    records = [
        path.relative_to(new_repo.root).as_posix() for path in (new_repo.root / "records").rglob("*.yaml")
    ]
    for record in records:
        schemas = [schema for schema, glob in settings.items() if same_depth_match(record, glob)]
        assert len(schemas) == 1, record
        schema = json.loads(new_repo.read(schemas[0].removeprefix("./")))
        jsonschema.Draft202012Validator.check_schema(schema)
        # no resolver is given: every reference has to lie inside
        jsonschema.Draft202012Validator(schema).validate(yaml.safe_load(new_repo.read(record)))


def same_depth_match(path: str, glob: str) -> bool:
    parts, globs = path.split("/"), glob.split("/")
    return len(parts) == len(globs) and all(map(fnmatch.fnmatchcase, parts, globs))


def test_the_editor_schemas_speak_the_language_asked_for(new_repo: Repo) -> None:
    assert new_repo.custodex("--lang", "zh", "editor").returncode == 0
    schema = json.loads(new_repo.read(".custodex/editor/customer.schema.json"))
    assert schema["properties"]["name"]["title"] == "名称"


def test_line_ends_stay_what_they_are(new_repo: Repo) -> None:
    attributes = new_repo.git("check-attr", "text", "eol", "--", "records/customers/x/customer.yaml")
    assert "text: set" in attributes
    assert "eol: lf" in attributes
    doctor = new_repo.custodex("doctor", "--format", "json")
    states = {line["name"]: line["state"] for line in json.loads(doctor.stdout)["lines"]}
    assert states["attributes"] == "ok"
    assert states["hooks"] == "warn"


def test_a_site_is_published_only_where_somebody_said_for_whom(new_repo: Repo) -> None:
    github = yaml.safe_load(new_repo.read(".github/workflows/site.yml"))
    assert github["permissions"] == {}
    assert github["jobs"]["build"]["permissions"] == {"contents": "read"}
    assert "vars.CUSTODEX_AUDIENCE" in github["jobs"]["build"]["if"]
    assert github["jobs"]["deploy"]["needs"] == "build"
    steps = [step for job in github["jobs"].values() for step in job["steps"]]
    assert all(re.search(r"@[0-9a-f]{40}$", step["uses"]) for step in steps if "uses" in step)
    gitlab = yaml.safe_load(new_repo.read(".gitlab-ci.yml"))["pages"]
    assert "$CUSTODEX_AUDIENCE" in gitlab["rules"][0]["if"]
    assert gitlab["needs"] == ["records"]
    commands = [step["run"] for step in steps if "custodex build" in step.get("run", "")] + gitlab["script"]
    for command in (one for one in commands if "custodex build" in one):
        said = (
            command.partition("custodex ")[2]
            .replace('"$AUDIENCE"', "sales")
            .replace('"$CUSTODEX_AUDIENCE"', "sales")
        )
        new_repo.commit("start")
        made = new_repo.custodex(*said.split())
        assert made.returncode == 0, made.stderr
        assert (new_repo.root / "public/index.html").exists()
