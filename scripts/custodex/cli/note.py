"""`custodex note`: what was said with a customer, and what follows from it."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any

from custodex.cli.session import Session
from custodex.cli.verbs import argument, choice, option, verb
from custodex.cli.writing import Plan, Way, carry_out, reader_of, spoken_day, writing
from custodex.errors import UsageFault
from custodex.texts import Text

if TYPE_CHECKING:
    from custodex.authoring import Author
    from custodex.authoring.notes import Noted
    from custodex.drafts import Draft
    from custodex.readers import Reader

_TYPES = ("call", "visit", "email", "meeting", "wechat", "service", "other")
_HELP = Text(
    """记一条沟通备注。

    不给 TEXT 时打开编辑器，四个小节：摘要、沟通、需求、跟进；TEXT 为 - 时从标准输入读。
    文字中的 @姓名 提到同事。--due 或 --to 同时生成跟进任务。

    例：custodex note 宁波远峤港口 "下周发样品" --to 周敏 --due +7d""",
    """Write down a contact with a customer.

    Without TEXT an editor opens with the four sections summary, communication, needs, follow-up; TEXT - reads
    the standard input. @name mentions a colleague. --due or --to makes the task that follows.

    Example: custodex note harbor "samples go out next week" --to zhou-min --due +7d""",
)


@verb(_HELP)
@argument("customer", metavar="ID")
@argument("text", required=False)
@option(
    "--type",
    "type_",
    type=choice(*_TYPES),
    default=None,
    help=Text(
        "类型；不写时由 --minutes、--place、--subject 判断",
        "type; else told by --minutes, --place, --subject",
    ),
)
@option("--at", metavar="TIME", default=None, help=Text("发生时间，默认现在", "when, now unless said"))
@option(
    "--by",
    metavar="WHO",
    default=None,
    help=Text("记录人，默认按 Git 身份", "who, by Git's identity unless said"),
)
@option(
    "--person",
    "people",
    multiple=True,
    metavar="P",
    help=Text("联系人编号或姓名", "the person spoken to: id or name"),
)
@option("--in", "direction", flag_value="incoming", help=Text("来电", "they called"))
@option("--out", "direction", flag_value="outgoing", help=Text("去电", "we called"))
@option("--minutes", type=int, default=None, help=Text("通话分钟数", "minutes of a call"))
@option("--place", default=None, help=Text("拜访地点", "place of a visit"))
@option("--subject", default=None, help=Text("邮件主题", "subject of a mail"))
@option("--communication", default=None, help=Text("沟通内容", "what was said"))
@option("--needs", default=None, help=Text("需求", "what they need"))
@option("--follow-up", default=None, help=Text("跟进", "what follows"))
@option(
    "--due",
    metavar="DATE",
    default=None,
    help=Text("跟进任务的期限：日期、明天、+7d", "due day of the task: a date, tomorrow, +7d"),
)
@option("--to", "assignee", metavar="WHO", default=None, help=Text("任务交给谁", "who the task is for"))
@option("--tag", "tags", multiple=True, metavar="TAG", help=Text("标签", "a tag"))
@option(
    "--corrects", metavar="NOTE", default=None, help=Text("更正哪一条备注", "the note that this one corrects")
)
@option("--edit", is_flag=True, help=Text("写完再用编辑器补充", "go on in the editor"))
@writing
def command(session: Session, customer: str, text: str | None, *, way: Way, edit: bool, **said: Any) -> int:
    """Write down one contact."""
    sections = {name: value for name in ("communication", "needs", "follow_up") if (value := said.pop(name))}
    if text == "-":
        from custodex.authoring.notes import sections as split

        sections |= split(session.stdin())
    elif text:
        sections["summary"] = text
    if edit or (not text and not sections):
        sections = _written(session, customer, sections)

    def plan(author: Author) -> Plan:
        from custodex.cli.picking import pick

        reader = reader_of(author)
        return _plan(session, reader, pick(session, reader, customer), sections, said)

    return carry_out(session, way, "note", plan, [customer])


def _written(session: Session, customer: str, sections: dict[str, str]) -> dict[str, str]:
    from custodex.authoring.notes import sections as split
    from custodex.authoring.notes import template
    from custodex.cli.editing import compose
    from custodex.cli.picking import pick_record

    if not session.interactive and not session.environ.get("EDITOR"):
        raise UsageFault(
            Text("没有写内容", "there is no text"), Text('写成 note ID "…"', 'write note ID "…"')
        )
    record = pick_record(session, session.reader(), customer)
    name = str(record.main.get("name", record.id))
    written = split(compose(session, template(name, session.lang, sections), ".md"))
    if not written.get("summary"):
        raise UsageFault(Text("摘要是空的，没有记下", "the summary is empty, nothing was noted"))
    return written


def _plan(
    session: Session, reader: Reader, customer: str, sections: dict[str, str], said: dict[str, Any]
) -> Plan:
    from custodex.authoring.notes import note
    from custodex.cli.who import with_mentions, writer

    by = writer(session, reader, said["by"])
    moment = moment_of(session, said["at"])
    texts = {name: with_mentions(reader, value) for name, value in sections.items()}
    value = {
        "type": said["type_"], "by": by, "people": _people(reader, customer, said["people"]),
        "direction": said["direction"], "duration_minutes": said["minutes"], "place": said["place"],
        "subject": said["subject"], **texts, "tags": list(said["tags"]), "corrects": said["corrects"],
    }  # fmt: skip
    made = note(customer, moment, value)
    drafts = [made.draft]
    done = Text(f"已记下 {customer} 的备注 {made.stem}", f"noted {made.stem} of {customer}")
    if said["due"] or said["assignee"]:
        follows = _task(session, reader, (customer, by), made, said)
        drafts.append(follows)
        name = follows.path.rpartition("/")[2][11:17]
        done = Text(f"{done.zh}，任务 {name}", f"{done.en}, with the task {name}")
    return Plan(drafts, f"note {customer}: {made.stem}", done, told={"id": customer, "note": made.stem})


def _task(session: Session, reader: Reader, who: tuple[str, str], made: Noted, said: dict[str, Any]) -> Draft:
    from custodex.authoring.notes import task, title_of
    from custodex.cli.who import colleague

    customer, by = who
    value = made.draft.value or {}
    if not said["due"]:
        raise UsageFault(
            Text("任务没有期限", "the task has no due day"), Text("加 --due 日期", "add --due DATE")
        )
    return task(customer, session.now, {
        "title": title_of(value.get("follow_up") or value.get("summary", "")),
        "assignee": colleague(reader, said["assignee"], teams=True) if said["assignee"] else by,
        "due": spoken_day(session, said["due"]), "created_by": by, "note": made.stem,
    }).draft  # fmt: skip


def moment_of(session: Session, text: str | None) -> datetime:
    """Return the time a person wrote: a time of today, a day with a time, or now if nothing was written."""
    if not text:
        return session.now
    day, _, clock = text.strip().replace("T", " ").rpartition(" ")
    try:
        found = datetime.fromisoformat(
            f"{spoken_day(session, day) if day else session.today.isoformat()}T{clock}"
        )
    except ValueError as error:
        raise UsageFault(
            Text(f"不是时间：{text}", f"not a time: {text}"),
            Text(
                "写成 14:30、昨天 14:30 或 2026-03-02 14:30",
                "write 14:30, yesterday 14:30 or 2026-03-02 14:30",
            ),
        ) from error
    return found if found.tzinfo else found.replace(tzinfo=session.now.tzinfo)


def _people(reader: Reader, customer: str, wanted: tuple[str, ...]) -> list[str]:
    record = reader.record(f"customers/{customer}")
    people = record.one("contacts").get("people", []) if record and wanted else []
    return [_person(people, text) for text in wanted]


def _person(people: list[dict[str, Any]], text: str) -> str:
    found = [
        person["id"]
        for person in people
        if text in (person.get("id"), person.get("name"), person.get("name_en"))
    ]
    if len(found) != 1:
        listed = ", ".join(f"{person.get('id')} {person.get('name')}" for person in people)
        raise UsageFault(Text(f"没有联系人“{text}”", f"there is no person “{text}”"),
                         Text(f"现有：{listed or '（无）'}", f"there are: {listed or 'none'}"))  # fmt: skip
    return str(found[0])
