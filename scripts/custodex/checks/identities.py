"""The id inside a document is the id of its path, and a customer's id has the right check character."""

from __future__ import annotations

from collections.abc import Iterator

from custodex.checks.sight import Sight
from custodex.findings import Fault
from custodex.ids import check_character
from custodex.records import path_of, record_key
from custodex.rules import Rule
from custodex.texts import Text

RULES = (
    Rule(
        "id-mismatch",
        Text("编号与路径不符", "id differs from the path"),
        Text(
            "路径就是档案的身份。里面写着另一个编号，引用它的人就找错了档案。",
            "The path is what a record is known by. With another id inside, references reach the "
            "wrong record.",
        ),
        Text(
            "文件里的编号是 {value}，路径说是 {expected}",
            "the file says id {value}, its path says {expected}",
        ),
        Text(
            "改成 {expected}，或把文件移到 {value} 的路径",
            "write {expected}, or move the file to the path of {value}",
        ),
        bad="# records/staff/zhou-min.yaml\nid: zhou-ming",
        good="# records/staff/zhou-min.yaml\nid: zhou-min",
    ),
    Rule(
        "id-duplicate",
        Text("编号已被占用", "id of another record"),
        Text(
            "两份文件自称同一个编号，多半是复制了旧文件却忘了换编号。改其中一份会被当作改另一份。",
            "Two files claim one id, most likely because an old file was copied. A change of one would be "
            "taken for a change of the other.",
        ),
        Text("编号 {value} 属于 {other}", "the id {value} belongs to {other}"),
        Text(
            "这里应写 {expected}；新档案用 custodex new 建立",
            "this file's id is {expected}; custodex new makes new records",
        ),
        bad="# records/staff/gao-yuan.yaml, copied from zhou-min.yaml\nid: zhou-min",
        good="# records/staff/gao-yuan.yaml\nid: gao-yuan",
    ),
    Rule(
        "id-check-character",
        Text("客户编号的校验位不对", "wrong check character in a customer id"),
        Text(
            "编号最后一位由前十位算出，抄错一个字符就能发现。手编的编号通不过。",
            "The last character follows from the first ten and gives every slip away. Ids made up by "
            "hand do not pass.",
        ),
        Text(
            "编号 {value} 的最后一位应是 {expected}",
            "the last character of the id {value} should be {expected}",
        ),
        Text(
            "新客户用 custodex new 建立；复制来的编号请重新复制",
            "let custodex new make the id, or copy it again",
        ),
        bad="id: a234567890x",
        good="id: cwkzke65ffj",
    ),
)


def check(sight: Sight) -> Iterator[Fault]:
    """Yield what is wrong with the record's own id."""
    record = sight.record
    if record.kind == "customer" and check_character(record.id[:-1]) != record.id[-1]:
        params = {"value": record.id, "expected": check_character(record.id[:-1])}
        yield Fault("id-check-character", ("id",), params, path=record.documents[0].path)
    found = sight.value.get("id")
    if sight.main is None or not isinstance(found, str) or found == record.id:
        return
    params = {"value": found, "expected": record.id}
    if sight.context.exists(record_key(record.kind, found)):
        params["other"] = path_of(record.kind, found)
        yield Fault("id-duplicate", ("id",), params, path=sight.main.path)
    else:
        yield Fault("id-mismatch", ("id",), params, path=sight.main.path)
