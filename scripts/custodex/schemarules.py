"""The texts of the codes that come from the schema: from judging a record by it, and from judging itself."""

from __future__ import annotations

from custodex.rules import Rule
from custodex.texts import Text

_RECORD_RULES = (
    Rule(
        "schema-null",
        Text("字段没有值", "field without a value"),
        Text(
            "写了字段却没有值，别人不知道是没有、不知道还是忘了。没有的就不写。",
            "A field without a value leaves open whether there is none, it is unknown or was forgotten. "
            "What there is none of is not written.",
        ),
        Text("{name}没有值，应为{expected}", "{name} has no value, expected {expected}"),
        Text("填上值，或删掉这一行", "fill it in, or delete the line"),
        bad="needs:",
        good="needs: one pump",
    ),
    Rule(
        "schema-unquoted",
        Text("编号要加引号", "number that must be text"),
        Text(
            "电话、邮编、证件号、日期和金额是文字：不加引号会丢前导零、丢末位数字。",
            "Phone numbers, postal codes, document numbers, dates and amounts are text: without quotes they "
            "lose leading zeros or last digits.",
        ),
        Text("{name}是 {found}，应为{expected}", "{name} is {found}, expected {expected}"),
        Text("给值加上引号", "put the value in quotes"),
        bad="postal_code: 518000",
        good='postal_code: "518000"',
    ),
    Rule(
        "schema-type",
        Text("值的类型不对", "wrong type of value"),
        Text(
            "字段的类型由 schema 规定，类型不对的值无法比较、汇总和显示。",
            "The schema says what kind of value a field takes; any other can be neither compared, "
            "summed nor shown.",
        ),
        Text("{name}是 {found}，应为{expected}", "{name} is {found}, expected {expected}"),
        Text("改成{expected}", "write {expected}"),
        bad="tags: risk:low",
        good="tags:\n  - risk:low",
    ),
    Rule(
        "schema-required",
        Text("缺少必填字段", "required field missing"),
        Text(
            "没有必填字段，这份档案就说不清自己是什么。",
            "Without its required fields a document does not say what it is about.",
        ),
        Text("缺少{name}", "{name} is missing"),
        Text("补上 {field}", "add {field}"),
        bad="type: meeting\nby: zhou-min\nsummary: 交换意见",
        good='type: meeting\noccurred_at: "2026-03-02T14:30:00+08:00"\nby: zhou-min\nsummary: 交换意见',
    ),
    Rule(
        "schema-misspelt",
        Text("字段名拼错了", "misspelt field"),
        Text(
            "拼错的字段没有人会读到，写下的内容等于丢失。",
            "Nobody ever reads a misspelt field, so what was written there is as good as lost.",
        ),
        Text("没有字段 {key}，是不是 {near}？", "there is no field {key}; did you mean {near}?"),
        Text("改成 {near}", "write {near}"),
        bad="stge: lead",
        good="stage: lead",
    ),
    Rule(
        "schema-unknown",
        Text("没有这个字段", "unknown field"),
        Text(
            "schema 里没有的字段不会被检查、检索和显示。需要新字段，先在 schema 里加上它和中英文名称。",
            "A field the schema does not know is neither checked, found nor shown. A new field is "
            "first added "
            "to the schema, with its name in both languages.",
        ),
        Text("这里没有字段 {key}", "there is no field {key} here"),
        Text("换成已有的字段，或先把它加到 schema/", "use an existing field, or add it to schema/ first"),
        bad="shoe_size: 43",
        good="description: 鞋码 43",
    ),
    Rule(
        "schema-enum",
        Text("不在可选值中", "not one of the choices"),
        Text(
            "可选值是约定好的代码，写法不一就无法筛选和统计。",
            "The choices are agreed codes; in any other spelling records cannot be filtered or counted.",
        ),
        Text("{name}不能是 {found}，可选：{allowed}", "{name} cannot be {found}; choose one of {allowed}"),
        Text("从可选值中选一个", "choose one of the values listed"),
        bad="type: company",
        good="type: organization",
    ),
    Rule(
        "schema-pattern",
        Text("格式不对", "wrong form"),
        Text(
            "编号、代码和金额有固定写法，只用半角字符；写法统一才能查找和比对。",
            "Ids, codes and amounts have one fixed form in plain ASCII characters; only then they can be "
            "found and compared.",
        ),
        Text("{name}的写法不对：{found}", "{name} has the wrong form: {found}"),
        Text("应符合 {pattern}", "it must match {pattern}"),
        bad='amount: "1,200.00"',
        good='amount: "1200.00"',
    ),
    Rule(
        "schema-format",
        Text("日期或链接不成立", "no such date or link"),
        Text(
            "日期必须存在，时间必须带时区，链接只能是 http 或 https。",
            "A date must exist, a time needs its zone, a link is http or https.",
        ),
        Text("{name}不是有效的 {format}：{found}", "{name} is not a valid {format}: {found}"),
        Text(
            "日期写作 2026-11-22，时间写作 2026-11-22T09:30:00+08:00",
            "write a date as 2026-11-22, a time as 2026-11-22T09:30:00+08:00",
        ),
        bad='since: "2026-02-30"',
        good='since: "2026-02-28"',
    ),
    Rule(
        "schema-not-allowed",
        Text("此处不能有这个字段", "field not allowed here"),
        Text(
            "有的字段只属于某一类档案，写在别处没有意义。",
            "Some fields belong to one sort of record only and mean nothing elsewhere.",
        ),
        Text("这里不能有{name}", "{name} is not allowed here"),
        Text("删掉它", "remove it"),
        bad="type: person\nindustry: C39",
        good="type: organization\nindustry: C39",
    ),
    Rule(
        "schema-condition",
        Text("与其他字段不符", "does not fit the other fields"),
        Text(
            "有些字段要一起出现，或不能一起出现；条件写在 schema 里。",
            "Some fields go together and others exclude each other; the schema states the conditions.",
        ),
        Text("{reason}", "{reason}"),
        Text("按上面的说明补上或去掉字段", "add or remove the field as the message says"),
        bad="type: person\nname: 林岚\nstage: lead\nindustry: C39",
        good="type: person\nname: 林岚\nstage: lead",
    ),
    Rule(
        "schema-too-small",
        Text("太少或太小", "too few or too small"),
        Text(
            "低于下限的值多半是误写，或者字段应当省去。",
            "A value below the limit is usually a slip, or the field should be left out.",
        ),
        Text("{name}：{size}，至少要 {limit}", "{name}: {size}, at least {limit} is needed"),
        Text("写上足够的内容，或删掉这个字段", "write enough, or remove the field"),
        bad="quantity: -1",
        good="quantity: 1",
    ),
    Rule(
        "schema-too-large",
        Text("太多或太大", "too many or too large"),
        Text(
            "上限防止误写，也让页面保持可读。",
            "The limit catches slips and keeps pages readable.",
        ),
        Text("{name}：{size}，最多 {limit}", "{name}: {size}, at most {limit} is allowed"),
        Text("缩短它，或拆成几条", "shorten it, or split it up"),
        bad="score: 11",
        good="score: 10",
    ),
    Rule(
        "schema-repeated",
        Text("列表中有重复项", "repeated item"),
        Text(
            "同一项写两次没有意义，还会重复计数。",
            "The same item twice means nothing more and is counted twice.",
        ),
        Text("{name}与前面的一项相同", "{name} repeats an earlier item"),
        Text("删掉重复的一项", "delete the repeated item"),
        bad="tags:\n  - risk:low\n  - risk:low",
        good="tags:\n  - risk:low",
    ),
    Rule(
        "schema-other",
        Text("不符合 schema", "does not fit the schema"),
        Text(
            "schema 中的一项约束没有满足。",
            "One of the constraints in the schema is not met.",
        ),
        Text("{name}不满足约束 {detail}", "{name} does not meet the constraint {detail}"),
        Text("查看 schema/ 中这个字段的定义", "look at the definition of the field in schema/"),
        bad="quantity: 7   # with multipleOf: 5",
        good="quantity: 10   # with multipleOf: 5",
    ),
)

_SCHEMA_RULES = (
    Rule(
        "schema-file",
        Text("schema 文件有错", "broken schema file"),
        Text(
            "schema 读不出来，这一类档案就无从检查。",
            "Without a readable schema nothing of its kind can be checked.",
        ),
        Text("schema 无效：{problem}", "not a valid schema: {problem}"),
        Text("按 JSON Schema 2020-12 改正", "mend it as JSON Schema 2020-12 demands"),
        bad='"type": "strnig"',
        good='"type": "string"',
    ),
    Rule(
        "schema-draft",
        Text("schema 版本不对", "other schema draft"),
        Text(
            "同一个关键字在不同版本里含义不同，所以只用一个版本。",
            "Keywords mean different things in different drafts, so there is one draft only.",
        ),
        Text("$schema 是 {found}，应为 {wanted}", "$schema is {found}, expected {wanted}"),
        Text("写上 {wanted}", "write {wanted}"),
        bad='"$schema": "http://json-schema.org/draft-07/schema#"',
        good='"$schema": "https://json-schema.org/draft/2020-12/schema"',
    ),
    Rule(
        "schema-keyword",
        Text("没有这个关键字", "unknown keyword"),
        Text(
            "拼错的关键字会被验证程序忽略，本该拦住的错误就放行了。自定义提示以 x- 开头。",
            "Validators ignore a misspelt keyword and let pass what it should stop. Hints of your "
            "own start with x-.",
        ),
        Text("JSON Schema 没有关键字 {key}", "JSON Schema has no keyword {key}"),
        Text("检查拼写；自定义提示以 x- 开头", "check the spelling; hints of your own start with x-"),
        bad='"requred": ["name"]',
        good='"required": ["name"]',
    ),
    Rule(
        "schema-reference",
        Text("$ref 指向不存在的定义", "reference to nowhere"),
        Text(
            "schema 只引用本文件夹里的定义，从不访问网络和其他文件。",
            "Schemas refer to definitions of their own folder only, never to the network or to other files.",
        ),
        Text("$ref {ref} 在 schema/ 中找不到", "$ref {ref} is not found in schema/"),
        Text(
            "引用 schema/ 中的 $id，如 custodex:common#/$defs/date",
            "refer to an $id of schema/, such as custodex:common#/$defs/date",
        ),
        bad='"$ref": "https://example.com/date.json"',
        good='"$ref": "custodex:common#/$defs/date"',
    ),
    Rule(
        "schema-endless",
        Text("$ref 绕回自己", "endless reference"),
        Text(
            "定义引用自己而不进入字段，验证就永远不会结束。",
            "A definition that refers to itself without stepping into a field never comes to an end.",
        ),
        Text("$ref {ref} 绕回自己", "$ref {ref} leads back to itself"),
        Text("改为引用另一个定义", "refer to another definition"),
        bad='"$ref": "#"',
        good='"$ref": "custodex:common#/$defs/name"',
    ),
    Rule(
        "schema-slow-pattern",
        Text("正则表达式太慢或有错", "slow or broken pattern"),
        Text(
            "重复中套重复的正则表达式，遇到特定文字要算上几分钟。",
            "A pattern with a repeat inside a repeat can take minutes on certain texts.",
        ),
        Text("不能用正则表达式 {pattern}：{problem}", "the pattern {pattern} cannot be used: {problem}"),
        Text("写成不嵌套重复的形式", "write it without nested repeats"),
        bad='"pattern": "^(a+)+$"',
        good='"pattern": "^a+$"',
    ),
)

RULES = _RECORD_RULES + _SCHEMA_RULES
