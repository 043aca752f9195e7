"""What a role may not read is in no file of its site: not on a page, not in a script, not in the index."""

from __future__ import annotations

import re
import zipfile
from base64 import b64decode

import pytest

from custodex.cli import main
from custodex.yamlfile import parse
from filler import Filler, outputs
from qrreading import read
from workbench import Repo

ROLES = ("admin", "sales", "service", "finance", "privacy")
CUSTOMERS = 12
EACH = 40
"""Words in one field: none may leak, wherever a page cuts or folds it."""


def canary(number: int, reading: str, *_: object) -> str:
    return " ".join(f"qz{number * EACH + one:07}{reading[:3]}x" for one in range(EACH))


@pytest.fixture(scope="module")
def canaries(_sample_master: Repo, tmp_path_factory: pytest.TempPathFactory) -> tuple[Repo, dict[str, str]]:
    """A repository whose customers carry a word of its own in every field, and the class of each word."""
    import shutil

    root = tmp_path_factory.mktemp("canary") / "repo"
    shutil.copytree(_sample_master.root, root)
    repo = Repo(root)
    told: dict[str, str] = {}
    for valid in (True, False):
        Filler(repo, canary, valid, told, 50_000 * valid).customers(CUSTOMERS, first=100 * valid)
    repo.commit("canaries")
    told = {word: reading for words, reading in told.items() for word in words.split()}
    # history carries values as well: change every file once
    for path in repo.root.glob("records/customers/cn/*/*.yaml"):
        text = path.read_text("utf-8")
        path.write_text(re.sub(r"qz(\d{7})(\w{3})x", r"qy\1\2x", text), "utf-8")
    repo.commit("other words")
    told.update({word.replace("qz", "qy"): reading for word, reading in list(told.items())})
    return repo, told


def opened(path: str, data: bytes) -> str:
    """Return what a file says once it is unpacked, unfolded or read by a camera."""
    codes = re.findall(rb"data:image/png;base64,([A-Za-z0-9+/=]+)", data) if path.endswith(".html") else []
    said = data.replace(b"\r\n ", b"").decode("utf-8", "ignore")
    return "\n".join([said, *(read(b64decode(code)) for code in codes)])


@pytest.mark.parametrize("role", ROLES)
def test_a_role_gets_its_classes_and_nothing_else(canaries: tuple[Repo, dict[str, str]], role: str) -> None:
    repo, told = canaries
    out = repo.root / f"out-{role}"
    assert main(["-C", str(repo.root), "build", "--audience", role, "--out", str(out),
                 "--zip", str(repo.root / f"{role}.zip")]) == 0  # fmt: skip
    with zipfile.ZipFile(repo.root / f"{role}.zip") as packed:
        assert {name.partition("/")[2] for name in packed.namelist()} == {
            path.relative_to(out).as_posix() for path in out.rglob("*") if path.is_file()
        }, "the zip is the folder, file by file"
    access = parse((repo.root / "schema/access.yaml").read_bytes()).value or {}
    read = next(entry["read"] for entry in access["roles"] if entry["id"] == role)
    folders = [path for path in (repo.root / ".custodex").rglob(f"{role}*") if path.is_dir()]
    assert folders, "the state of this audience is looked at too"
    files = outputs(out, *folders)
    found = {
        word
        for path, data in files.items()
        for word in re.findall(r"q[zy]\d{7}\w{3}x", path + opened(path, data))
    }
    leaked = {word: told[word] for word in found if told.get(word) not in read}
    assert leaked == {}
    forbidden = [word for word, reading in told.items() if reading not in read]
    assert role == "admin" or len(forbidden) >= 10_000
    if role in ("admin", "sales"):
        seen = {told[word] for word in found}
        assert seen >= set(read) - {"reference"}, "and what it may read is there"


def test_an_unknown_role_is_refused(sample_repo: Repo) -> None:
    result = sample_repo.custodex("--lang", "en", "build", "--audience", "sale")
    assert result.returncode == 2
    assert "sales" in result.stderr
