"""A customer's folder holds customer.yaml, and nothing else once the customer was merged or erased."""

from __future__ import annotations

from collections.abc import Iterator

from custodex.checks.sight import Sight
from custodex.findings import Fault
from custodex.records import path_of
from custodex.rules import Rule
from custodex.texts import Text

RULES = (
    Rule(
        "customer-missing",
        Text("缺少 customer.yaml", "no customer.yaml"),
        Text(
            "没有 customer.yaml，文件夹里的备注和联系方式就不属于任何客户，哪里也不会显示。",
            "Without customer.yaml the notes and contacts in the folder belong to nobody and are "
            "shown nowhere.",
        ),
        Text("这个文件夹没有 {path}", "there is no {path} beside this file"),
        Text("恢复 customer.yaml，或删除整个文件夹", "bring customer.yaml back, or delete the whole folder"),
        bad="records/customers/cw/cwkzke65ffj/contacts.yaml",
        good="records/customers/cw/cwkzke65ffj/customer.yaml\nrecords/customers/cw/cwkzke65ffj/contacts.yaml",
    ),
    Rule(
        "stub-leftover",
        Text("已合并或已删除的客户还有文件", "files left beside a merged or erased customer"),
        Text(
            "合并后的内容应在另一个客户那里，删除后的内容不该再存在。留下的文件没有人会看到，却仍在泄露资料。",
            "After a merge the content belongs to the other customer, after an erasure to nobody. Files left "
            "behind are seen by no one and still hold the data.",
        ),
        Text("客户{state}，这个文件不该还在", "the customer was {state}, this file should be gone"),
        Text(
            "把文件移到合并后的客户，或删除它",
            "move the file to the customer it was merged into, or delete it",
        ),
        bad="customer.yaml   # merged_into: …\ncontacts.yaml",
        good="customer.yaml   # merged_into: …",
    ),
)


def check(sight: Sight) -> Iterator[Fault]:
    """Yield a fault for a folder without customer.yaml, and for each file that should have gone."""
    record = sight.record
    if record.kind != "customer":
        return
    if not any(document.kind == "customer" for document in record.documents):
        path = path_of("customer", record.id)
        yield Fault("customer-missing", (), {"path": path}, path=record.documents[0].path)
    elif sight.main is not None and not sight.alive:
        erased = "erased" in sight.value
        state = (
            {"state_zh": "已删除", "state_en": "erased"}
            if erased
            else {"state_zh": "已合并", "state_en": "merged"}
        )
        for document in record.documents:
            if document.kind != "customer":
                yield Fault("stub-leftover", (), state, path=document.path)
