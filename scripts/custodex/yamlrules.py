"""The texts of the codes that reading YAML yields (`yamlfile`)."""

from __future__ import annotations

from custodex.rules import Rule
from custodex.texts import Text

RULES = (
    Rule(
        "yaml-too-large",
        Text("文件太大", "file too large"),
        Text(
            "一份档案是人写人读的几十行文字。过大的文件多半放错了内容，还会拖慢每个人的检查。",
            "A record is a few dozen lines that people write and read. A huge file usually holds something "
            "else, and slows down every check.",
        ),
        Text("文件有 {size} 字节，上限是 {limit} 字节", "the file has {size} bytes, the limit is {limit}"),
        Text("把长内容拆成多条备注，附件放到别处", "split it into several notes; keep attachments elsewhere"),
        bad="summary: |\n  (a million characters pasted from a log)",
        good="summary: log file received, kept with ticket 4711",
    ),
    Rule(
        "yaml-encoding",
        Text("不是 UTF-8", "not UTF-8"),
        Text(
            "所有文件都用 UTF-8，别的编码会在另一台电脑上变成乱码。表格软件和旧编辑器常存成 GB18030 "
            "或 UTF-16。",
            "Every file is UTF-8; any other encoding turns into garbage on the next computer. "
            "Spreadsheets and "
            "old editors often save GB18030 or UTF-16.",
        ),
        Text("第 {offset} 个字节起不是 UTF-8", "not UTF-8 from byte offset {offset} on"),
        Text("在编辑器里另存为 UTF-8", "save the file as UTF-8 in your editor"),
        bad="name: \\xbf\\xcd\\xbb\\xa7   # 客户 in GB18030",
        good="name: 客户",
    ),
    Rule(
        "yaml-line-break",
        Text("换行符不对", "odd line break"),
        Text(
            "单独的回车、NEL 和 U+2028 在有的程序里算换行，在有的程序里不算，同一个文件会读出不同的内容。",
            "A lone carriage return, NEL or U+2028 ends a line for some programs and not for others, so that "
            "one file would read in two ways.",
        ),
        Text("{char} 不能当换行用", "{char} is not a line break here"),
        Text("换行用 LF（或 CRLF）", "end lines with LF (or CRLF)"),
        bad="type: person\\rname: 林岚",
        good="type: person\nname: 林岚",
    ),
    Rule(
        "yaml-character",
        Text("看不见的字符", "invisible character"),
        Text(
            "控制字符、零宽字符和双向控制符看不见，却会让两个名称看似相同，或让审阅者看到与实际不同的文字。",
            "Control, zero-width and bidirectional characters cannot be seen, yet make equal-looking names "
            "differ or show a reviewer another text than the one stored.",
        ),
        Text("这里有不允许的字符 {char}", "the character {char} is not allowed here"),
        Text(
            "删掉它；从网页或聊天里粘贴时最容易带进来",
            "delete it; it usually comes with text pasted from elsewhere",
        ),
        bad='name: "Acme\\u200b Ltd"',
        good="name: Acme Ltd",
    ),
    Rule(
        "yaml-conflict",
        Text("合并冲突没有解决", "unresolved merge conflict"),
        Text(
            "Git 的冲突标记说明两个人改了同一处。带着标记提交，两边的内容都会丢。",
            "Git's markers say that two people changed the same lines. Committed as they are, both versions "
            "are lost.",
        ),
        Text("冲突标记 {marker} 还在文件里", "the conflict marker {marker} is still in the file"),
        Text("保留正确的一边，删掉标记行", "keep what is right and delete the marker lines"),
        bad="<<<<<<< HEAD\nstage: lead\n=======\nstage: customer\n>>>>>>> import",
        good="stage: customer",
    ),
    Rule(
        "yaml-syntax",
        Text("YAML 语法错误", "not valid YAML"),
        Text(
            "文件读不出来，其中的内容就不能检查、检索和显示。常见原因是引号没有成对、缩进不齐、冒号后没有空格。",
            "What cannot be read cannot be checked, found or shown. Usual causes: a quote left open, uneven "
            "indentation, no space after a colon.",
        ),
        Text("这里读不下去：{problem}", "cannot read on from here: {problem}"),
        Text(
            "检查这一行和上一行的引号、缩进和冒号",
            "look at quotes, indentation and colons in this line and the one above",
        ),
        bad='name: "Acme\nstage: lead',
        good="name: Acme\nstage: lead",
    ),
    Rule(
        "yaml-tab",
        Text("用制表符缩进", "indented with a tab"),
        Text(
            "制表符在每个编辑器里宽度不同，YAML 因此不允许用它缩进。",
            "A tab is as wide as each editor likes, so YAML does not take it for indentation.",
        ),
        Text("这里有制表符", "there is a tab here"),
        Text("改用两个空格", "use two spaces instead"),
        bad="region:\n\tcountry: CN",
        good="region:\n  country: CN",
    ),
    Rule(
        "yaml-empty",
        Text("空文件", "empty file"),
        Text(
            "空文件什么也没说，却占着一个档案的位置，多半是保存时出了错。",
            "An empty file says nothing but takes the place of a record; most likely saving it went wrong.",
        ),
        Text("文件里没有内容", "the file holds nothing"),
        Text("写上内容，或删掉文件", "write the record, or delete the file"),
        bad="# only a comment",
        good="id: zhou-min\nname: 周敏\nactive: true",
    ),
    Rule(
        "yaml-root",
        Text("最外层不是字段", "no fields at the top"),
        Text(
            "一份档案由“字段: 值”组成，最外层不能是列表或一段文字。",
            "A record is made of fields and values; its top level is neither a list nor a piece of text.",
        ),
        Text("最外层应是“字段: 值”", "the top level must be fields with values"),
        Text("每行写成“字段: 值”", "write each line as field: value"),
        bad="- name: Acme",
        good="name: Acme",
    ),
    Rule(
        "yaml-documents",
        Text("一个文件两份文档", "two documents in one file"),
        Text(
            "一份档案一个文件，第二份文档会被别的程序悄悄丢掉。",
            "One record, one file: other programs silently drop the second document.",
        ),
        Text("第二份文档从这里开始", "a second document begins here"),
        Text("把它移到自己的文件里，删掉 ---", "move it to a file of its own and delete the ---"),
        bad="name: Acme\n---\nname: Bolt",
        good="name: Acme",
    ),
    Rule(
        "yaml-directive",
        Text("有 % 指令", "a % directive"),
        Text(
            "% 指令会改变 YAML 的读法，档案用不着。",
            "A % directive changes how YAML is read; records need none.",
        ),
        Text("不允许 %YAML 和 %TAG 指令", "%YAML and %TAG directives are not allowed"),
        Text("删掉以 % 开头的行", "delete the line that starts with %"),
        bad="%YAML 1.1\n---\nname: Acme",
        good="name: Acme",
    ),
    Rule(
        "yaml-alias",
        Text("锚点或别名", "anchor or alias"),
        Text(
            "锚点（&）、别名（*）和合并键（<<）让一处的内容悄悄出现在另一处，还能让几行字膨胀成几个 GB。",
            "Anchors (&), aliases (*) and merge keys (<<) repeat content where nobody sees it, and "
            "can blow a "
            "few lines up to gigabytes.",
        ),
        Text("不允许锚点和别名：{name}", "anchors and aliases are not allowed: {name}"),
        Text(
            "把内容直接写在需要的地方；以 & 或 * 开头的文字加引号",
            "write the content out; quote text that starts with & or *",
        ),
        bad="needs: &n one pump\ndescription: *n",
        good="needs: one pump\ndescription: one pump",
    ),
    Rule(
        "yaml-tag",
        Text("YAML 类型标签", "YAML tag"),
        Text(
            "以 ! 开头的标签能让某些程序执行代码；值的类型由 schema 决定，不需要标签。",
            "A tag (!) makes some programs run code; the schema says which type a value has, no tag needed.",
        ),
        Text("不允许标签 {tag}", "the tag {tag} is not allowed"),
        Text("删掉标签；以 ! 开头的文字加引号", "delete the tag; quote text that starts with !"),
        bad="name: !!str 360",
        good='name: "360"',
    ),
    Rule(
        "yaml-nesting",
        Text("嵌套太深", "nested too deep"),
        Text(
            "没有档案需要这么多层，极深的嵌套会让读取程序崩溃。",
            "No record needs so many levels, and very deep nesting crashes YAML readers.",
        ),
        Text("嵌套超过 {limit} 层", "nested more than {limit} levels deep"),
        Text("减少层次", "use fewer levels"),
        bad="needs: [[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[1]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]",
        good="needs: one pump",
    ),
    Rule(
        "yaml-key",
        Text("字段名不能用", "unusable field name"),
        Text(
            "字段名是 schema 里的单词。空的、过长的、像数字或真假值的字段名，各种程序读法不一。",
            "A field name is a word of the schema. Empty or very long ones, and those that look like "
            "a number "
            "or a truth value, are read differently by different programs.",
        ),
        Text("{key} 不能当字段名", "{key} cannot be a field name"),
        Text("用 schema 中的字段名；custodex new 会列出它们", "use a field name of the schema"),
        bad="yes: lead",
        good="stage: lead",
    ),
    Rule(
        "yaml-duplicate-key",
        Text("字段写了两次", "field given twice"),
        Text(
            "同一字段写两次，多数程序只留后一个，前一个就悄悄丢了。",
            "Most programs keep the last of two equal fields and silently lose the first.",
        ),
        Text("字段 {key} 在第 {first} 行已经写过", "the field {key} was already given in line {first}"),
        Text("只留正确的一个", "keep the right one"),
        bad="stage: lead\nstage: customer",
        good="stage: customer",
    ),
    Rule(
        "yaml-number",
        Text("数字存不准", "number that cannot be kept"),
        Text(
            "过长的数字、科学计数和 .nan/.inf 读进程序后会变样；证件号、账号、单号其实是文字。",
            "Very long numbers, exponents and .nan/.inf change when a program reads them; document, account "
            "and order numbers are text anyway.",
        ),
        Text("数字 {text} 会失真", "the number {text} would not stay exact"),
        Text("给它加上引号", "put it in quotes"),
        bad="number: 6222020000012345678",
        good='number: "6222020000012345678"',
    ),
)

PROBLEMS_ZH = {
    "mapping values are not allowed in this context": "这里不能出现“键: 值”，可能缺引号或缩进不对",
    "did not find expected key": "这里应该是一个键，检查缩进",
    "could not find expected ':'": "键后面缺少冒号",
    "did not find expected ',' or ']'": "列表没有用 ] 结束",
    "did not find expected ',' or '}'": "字段组没有用 } 结束",
    "found unexpected end of stream": "引号没有结束，文件就到头了",
    "found unexpected document indicator": "引号没有结束就遇到了新文档",
    "did not find expected '-' indicator": "这里应该是以 - 开头的列表项，检查缩进",
    "block sequence entries are not allowed in this context": "这里不能出现以 - 开头的列表项",
    "found character that cannot start any token": "这个字符不能出现在值的开头，请给值加引号",
    "did not find expected node content": "这里应该有一个值",
    "found unknown escape character": "双引号中有不认识的转义，反斜杠要写成 \\\\",
    "found invalid Unicode character escape code": "转义的字符代码无效",
    "found incompatible YAML document": "不支持这个 YAML 版本，请删去 %YAML 行",
    "did not find expected alphabetic or numeric character": "& 或 * 后面应有名字；普通文字请加引号",
    "did not find expected hexdecimal number": "转义应为十六进制数字",
    "found a tab character where an indentation space is expected": "缩进处是制表符，请改用空格",
}
"""The parser's commonest complaints in Chinese; the others are shown as they are."""
