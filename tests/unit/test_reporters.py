"""What each output format prints, judged as the program that reads it would."""

from __future__ import annotations

import json
import unicodedata
from typing import Any

import pytest

from custodex.findings import Finding
from custodex.reporters import FORMATS, render
from custodex.reporters.full import excerpt
from custodex.reporters.github import SUMMARY_BYTES, summary
from custodex.reporters.report import Report
from custodex.rules import Rule
from custodex.texts import Text

RULE = Rule(
    "stage-unknown",
    Text("没有这个阶段", "no such stage"),
    Text("阶段有固定的列表", "stages are a fixed list"),
    Text("没有阶段 {found}", "there is no stage {found}"),
    Text("改成 {allowed}", "use {allowed}"),
    good="stage: customer",
)
WARNING = Rule("odd", Text("怪", "odd"), RULE.why, Text("怪", "odd"), Text("", ""), severity="warning")
PATH = "records/customers/a2/a2bcdefghjk/customer.yaml"
SOURCE = "id: a2bcdefghjk\nname: 华星科技 # 名称\nstage: {now: 客户, then: custmer}\n"
PARAMS = {"found": "custmer\x1b[31m", "allowed": "customer, lead"}
ERROR = Finding(PATH, 3, 24, "stage-unknown", "/stage/then", params=PARAMS)
ODD = Finding("records/we,ird:%\n.yaml", 1, 1, "odd", severity="warning")


def report(*findings: Finding, **options: Any) -> Report:
    rules = {rule.code: rule for rule in (RULE, WARNING)}
    contents = {PATH: SOURCE.encode()}
    return Report(findings, 61, 800, rules, source=contents.get, **options)


def shown(name: str, *findings: Finding, **options: Any) -> str:
    return "\n".join(render(name, report(*findings, **options)))


def test_concise_is_one_line_a_finding_with_nothing_a_terminal_obeys() -> None:
    lines = shown("concise", ERROR, ODD).split("\n")
    assert lines == [
        f"{PATH}:3:24: stage-unknown there is no stage custmer\\x1b[31m",
        "records/we,ird:%\\n.yaml:1:1: odd [warning] odd",
    ]


def test_the_summary_counts() -> None:
    assert report().summary() == "no findings in 61 records, 800 documents"
    assert report(ERROR, ERROR, ODD).summary() == "2 errors, 1 warning in 61 records, 800 documents"
    assert report(lang="zh").summary() == "61 份档案、800 个文件，没有发现问题"
    assert report(ERROR, ODD, lang="zh").summary() == "61 份档案、800 个文件中有 1 个错误、1 个警告"


def columns(text: str) -> int:
    return sum(2 if unicodedata.east_asian_width(char) in "WF" else 1 for char in text)


def test_full_puts_the_caret_under_the_value_also_after_wide_characters() -> None:
    lines = shown("full", ERROR).split("\n")
    assert lines[2] == "3 | stage: {now: 客户, then: custmer}"
    at = columns(lines[2][: lines[2].index("custmer")])
    assert lines[3].index("^") - 4 == at - 4
    assert lines[3].count("^") == len("custmer")
    assert lines[4] == "  = hint: use customer, lead"


@pytest.mark.parametrize(
    ("text", "column", "under"),
    [
        ("a: b", 4, "b"),
        ("\ta: b", 5, "b"),
        ("名: 值", 4, "值"),
        ('a: "x y", b', 4, '"x y"'),
        ("x" * 300 + " here " + "y" * 300, 302, "here"),
        ("客" * 300 + " here " + "户" * 300, 302, "here"),
        ("e\u0301\u0301: b", 6, "b"),
        ("a: 1", 99, ""),
        ("", 1, ""),
        ("\x1b[31m: Z", 8, "Z"),
    ],
)
def test_excerpts_stay_narrow_and_exact(text: str, column: int, under: str) -> None:
    line, caret = excerpt(text, column)
    assert columns(line) <= 102
    assert caret.count("^") == max(columns(under), 1)
    if under:
        before = line[: line.index(under)]
        combining = sum(map(bool, map(unicodedata.combining, before)))
        assert caret.index("^") == columns(before) - combining


def test_full_survives_a_finding_beyond_the_file_and_a_file_that_is_gone() -> None:
    beyond = Finding(PATH, 99, 1, "stage-unknown", params=PARAMS)
    gone = Finding("records/x", 1, 1, "no-such-rule")
    assert "no-such-rule" in shown("full", beyond, gone)


def test_json_is_the_documented_shape() -> None:
    content = json.loads(shown("json", ERROR))
    assert (content["records"], content["documents"]) == (61, 800)
    assert content["findings"] == [
        {
            "path": PATH,
            "line": 3,
            "column": 24,
            "pointer": "/stage/then",
            "code": "stage-unknown",
            "severity": "error",
            "message": "there is no stage custmer\\x1b[31m",
            "hint": "use customer, lead",
        }
    ]


def test_github_annotations_are_escaped_and_start_with_what_the_change_touches() -> None:
    lines = shown("github", ERROR, ODD, prefix="sub/", changed=frozenset({ODD.path})).split("\n")
    assert lines[0] == "::warning file=sub/records/we%2Cird%3A%25%0A.yaml,line=1,col=1,title=odd::odd"
    assert lines[1].startswith(
        f"::error file=sub/{PATH},line=3,col=24,title=stage-unknown::there is no stage"
    )
    assert lines[1].endswith("%0Ause customer, lead")


def test_the_job_summary_is_cut_before_github_refuses_it_and_holds_no_markup() -> None:
    evil = Finding(
        PATH, 1, 1, "stage-unknown", params={"found": "<img src=x> [a](http://b) |", "allowed": ""}
    )
    text = summary(report(*[evil] * 20_000))
    assert len(text.encode()) <= SUMMARY_BYTES + 100
    assert "<img" not in text
    assert "[a](" not in text


def test_gitlab_fingerprints_survive_moved_lines_and_tell_twins_apart() -> None:
    def prints(*findings: Finding) -> list[str]:
        return [row["fingerprint"] for row in json.loads(shown("gitlab", *findings))]

    moved = Finding(PATH, 9, 1, "stage-unknown", "/stage/then", params=PARAMS)
    assert prints(ERROR) == prints(moved)
    assert len(set(prints(ERROR, moved, ODD))) == 3
    row = json.loads(shown("gitlab", ODD, prefix="sub/"))[0]
    assert row["severity"] == "minor"
    assert row["location"] == {"path": "sub/" + ODD.path, "lines": {"begin": 1}}
    assert set(row) == {"description", "check_name", "fingerprint", "severity", "location"}


def test_sarif_has_what_code_scanning_needs() -> None:
    log = json.loads(shown("sarif", ERROR, ODD))
    assert log["version"] == "2.1.0"
    (run,) = log["runs"]
    rules = run["tool"]["driver"]["rules"]
    assert [rule["id"] for rule in rules] == ["odd", "stage-unknown"]
    assert all(rule["help"]["text"] and rule["shortDescription"]["text"] for rule in rules)
    for result in run["results"]:
        assert rules[result["ruleIndex"]]["id"] == result["ruleId"]
        assert result["level"] in {"error", "warning"}
        assert result["partialFingerprints"]["custodexFinding/v1"]
        place = result["locations"][0]["physicalLocation"]
        assert place["artifactLocation"]["uriBaseId"] in run["originalUriBaseIds"]
        assert place["region"]["startLine"] >= 1
    uri = run["results"][1]["locations"][0]["physicalLocation"]["artifactLocation"]["uri"]
    assert uri == "records/we%2Cird%3A%25%0A.yaml"


@pytest.mark.parametrize("name", FORMATS)
@pytest.mark.parametrize("lang", ["zh", "en"])
def test_every_format_speaks_both_languages_and_takes_nothing_at_all(name: str, lang: Any) -> None:
    assert shown(name, lang=lang) in {"", "[]"} or json.loads(shown(name, lang=lang))
    words = "没有阶段" if lang == "zh" else "there is no stage"
    assert words in shown(name, ERROR, lang=lang)
