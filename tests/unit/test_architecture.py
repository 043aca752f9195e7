"""The shape of the program, as scripts/README.md draws it: floors, owners of outside things, sizes."""

from __future__ import annotations

import ast
import statistics
import sys
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path

import pytest

from workbench import ROOT

PACKAGE = ROOT / "scripts" / "custodex"

FLOORS: tuple[frozenset[str], ...] = tuple(
    frozenset(names.split())
    for names in (
        # 0 words: pure, nothing but the standard library
        """texts errors findings rules ids records checksums hints drafts schemafaults schemarules yamlrules
        plainyaml gitchanges vcards contentlines deeds
        yamlwriter forgelinks postings termtable rowfile indexfiles threeway""",
        # 1 adapters: each owns one outside thing, none knows another
        """files locks yamlfile schemas git gitlog store hanzi phones emails parquetfile whooshindex templating locales
        sheets starter timestamps workers""",
        # 2 the pipeline: from a snapshot to a catalog to what one audience may read
        """diffing placing schemalint snapshots facts books examining vocabularies pathrules tables contexts early
        loading syncing catalog readers completeness suggesting policy revisions patching""",
        # 3 uses: none knows another
        """checks enforcing proving duplicates
        history search site reports exports imports authoring scaffold fixing editorschemas""",
        # 4 reporters: findings in the words of other programs
        "reporters telling figures",
        # 5 the shell
        "cli __main__",
    )
)
NO_SIDEWAYS = (1, 3)
OWNERS: Mapping[str, set[str]] = {
    "segno": {"site"},
    "yaml": {"yamlfile"},
    "jsonschema": {"schemas"},
    "jsonschema_rs": {"schemas", "schemalint"},  # schemalint asks it whether a schema itself is one
    "referencing": {"schemas"},
    "git": {"gitlog"},
    "whoosh": {"whooshindex"},
    "jinja2": {"templating"},
    "markupsafe": {"templating"},
    "babel": {"locales"},
    "opencc": {"hanzi"},
    "pypinyin": {"hanzi"},
    "phonenumbers": {"phones"},
    "email_validator": {"emails"},
    "openpyxl": {"sheets"},
    "python_calamine": {"sheets"},
    "rapidfuzz": {"duplicates"},
    "pyarrow": {"parquetfile"},
    "icalendar": {"imports"},
    "rfc3161_client": {"timestamps"},
    "cryptography": {"timestamps"},
    "sqlite3": {"store"},
    "subprocess": {"git"},
    "click": {"cli"},
}
CLOCKS = {"datetime.now", "datetime.utcnow", "datetime.today", "date.today", "time.time", "time.time_ns"}
LONGEST_MODULE, LONGEST_FUNCTION, MEDIAN_MODULE, MEDIAN_FUNCTION = 400, 50, 100, 8

Function = ast.FunctionDef | ast.AsyncFunctionDef


def modules() -> list[Path]:
    return sorted(path for path in PACKAGE.rglob("*.py") if path != PACKAGE / "__init__.py")


@cache
def tree(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"))


def unit(path: Path) -> str:
    """Return the module or sub-package directly below custodex that a file belongs to."""
    return path.relative_to(PACKAGE).parts[0].removesuffix(".py")


def floor_of(name: str) -> int:
    return next((number for number, names in enumerate(FLOORS) if name in names), -1)


def _for_types_only(node: ast.AST) -> bool:
    return isinstance(node, ast.If) and ast.unparse(node.test) == "TYPE_CHECKING"


def imports(path: Path) -> Iterator[str]:
    """Yield what a module imports when it runs; imports for type hints bind nothing together."""
    skipped = {
        id(inner) for node in ast.walk(tree(path)) if _for_types_only(node) for inner in ast.walk(node)
    }
    for node in ast.walk(tree(path)):
        if id(node) in skipped:
            continue
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            assert node.level == 0, f"{path}: imports are absolute"
            if node.module == "custodex":
                yield from (f"custodex.{alias.name}" for alias in node.names)
            else:
                yield node.module


def functions(path: Path) -> Iterator[Function]:
    yield from (node for node in ast.walk(tree(path)) if isinstance(node, Function))


def length(node: Function) -> int:
    """Return the lines of a function from its first statement on: a signature is no work to read."""
    body = node.body[1:] if ast.get_docstring(node) and len(node.body) > 1 else node.body
    return (node.end_lineno or 0) - body[0].lineno + 1


def test_every_module_stands_on_one_floor() -> None:
    units = {unit(path) for path in modules()}
    placed = [name for names in FLOORS for name in names]
    assert sorted(placed) == sorted(units)


@pytest.mark.parametrize("path", modules(), ids=lambda path: str(path.relative_to(PACKAGE)))
def test_imports_run_downwards_and_never_sideways(path: Path) -> None:
    here = floor_of(unit(path))
    for name in imports(path):
        if not name.startswith("custodex.") or name == "custodex.__version__":
            continue
        other = name.split(".")[1]
        there = floor_of(other)
        if other != unit(path):
            assert there <= here, f"floor {here} imports {name} of floor {there}"
            assert not (there == here and here in NO_SIDEWAYS), f"{name} is a neighbour on floor {here}"


def test_no_circle_among_the_modules_of_one_floor() -> None:
    below: dict[str, set[str]] = {}
    for path in modules():
        names = {name.split(".")[1] for name in imports(path) if name.startswith("custodex.")}
        below.setdefault(unit(path), set()).update(names - {unit(path), "__version__"})
    done: set[str] = set()

    def visit(name: str, above: tuple[str, ...]) -> None:
        assert name not in above, f"circle: {' -> '.join((*above, name))}"
        if name not in done:
            for other in sorted(below.get(name, ())):
                visit(other, (*above, name))
            done.add(name)

    for name in sorted(below):
        visit(name, ())


def test_every_outside_library_has_its_owner() -> None:
    found: dict[str, set[str]] = {}
    for path in modules():
        for name in imports(path):
            top = name.partition(".")[0]
            if top in OWNERS or (top not in sys.stdlib_module_names and top != "custodex"):
                found.setdefault(top, set()).add(unit(path))
    assert {name: users - OWNERS.get(name, set()) for name, users in found.items()} == {
        name: set() for name in found
    }


def test_the_lowest_floor_uses_the_standard_library_only() -> None:
    for path in modules():
        if unit(path) in FLOORS[0]:
            tops = {name.partition(".")[0] for name in imports(path)}
            assert tops <= {*sys.stdlib_module_names, "custodex"}, path


def test_the_clock_is_read_in_the_shell_only() -> None:
    for path in modules():
        if unit(path) != "cli":
            calls = {ast.unparse(node.func) for node in ast.walk(tree(path)) if isinstance(node, ast.Call)}
            assert not {
                call for call in calls if call.removeprefix("datetime.") in CLOCKS or call in CLOCKS
            }, path


def test_nothing_prints() -> None:
    for path in modules():
        names = {node.func.id for node in ast.walk(tree(path))
                 if isinstance(node, ast.Call) and isinstance(node.func, ast.Name)}  # fmt: skip
        assert "print" not in names, path


def test_the_environment_and_the_terminal_belong_to_the_shell() -> None:
    for path in modules():
        if unit(path) not in {"cli", "__main__"}:
            uses = {ast.unparse(node) for node in ast.walk(tree(path)) if isinstance(node, ast.Attribute)}
            assert not uses & {"os.environ", "sys.stdout", "sys.stderr", "sys.argv", "sys.stdin"}, path


def test_modules_and_functions_stay_small() -> None:
    lines = {path: len(path.read_text(encoding="utf-8").splitlines()) for path in modules()}
    assert not {str(path): count for path, count in lines.items() if count > LONGEST_MODULE}
    sizes = {f"{path}:{node.name}": length(node) for path in modules() for node in functions(path)}
    assert not {name: count for name, count in sizes.items() if count > LONGEST_FUNCTION}
    assert statistics.median(lines.values()) <= MEDIAN_MODULE
    assert statistics.median(sizes.values()) <= MEDIAN_FUNCTION


@pytest.mark.parametrize("path", modules(), ids=lambda path: str(path.relative_to(PACKAGE)))
def test_every_module_and_public_name_says_what_it_is(path: Path) -> None:
    assert ast.get_docstring(tree(path)), path
    for node in tree(path).body:
        if isinstance(node, (Function, ast.ClassDef)) and not node.name.startswith("_"):
            assert ast.get_docstring(node), f"{path}: {node.name}"
            for inner in node.body if isinstance(node, ast.ClassDef) else ():
                if isinstance(inner, Function) and not inner.name.startswith("_"):
                    assert ast.get_docstring(inner), f"{path}: {node.name}.{inner.name}"
