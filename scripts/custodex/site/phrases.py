"""Words that the builder itself puts into pages, beside those of `site/locale` that templates use."""

from __future__ import annotations

from custodex.texts import Text

YES, NO = Text("是", "yes"), Text("否", "no")
FACTS = Text("基本资料", "Facts")
CREATED = Text("建立档案", "record created")
CHANGED = Text("资料变更", "data changed")
ADDED = Text("新增", "added")
REMOVED = Text("删除", "removed")
TASK = Text("任务", "Task")
ONE_OF = Text("单选", "one of")
MANY_OF = Text("可多选", "any number")
VIEW = Text("视图", "Saved view")
NOBODY = Text("未指定", "Nobody")
NO_TEAM = Text("不属于任何团队", "Without a team")
VALUE = Text("值", "Value")
NAME = Text("名称", "Name")
NOTES = Text("备注数", "Notes")
TASKS = Text("待办数", "Open tasks")
COMPLETE = Text("完整度", "Completeness")
CUSTOMERS = Text("客户数", "customers")
COUNT = Text("数量", "count")
PERCENT = Text("{low}–{high}%", "{low}–{high}%")
FULL = Text("100%", "100%")
EXACT = Text("精确", "exact")
WITHIN = Text("含下级", "with what is below")
DATE = Text("日期", "date")
FILE_CHANGES = Text("{n} 处改动", "{n} changes")
EXTENSION = Text("{number} 转 {extension}", "{number} ext. {extension}")
