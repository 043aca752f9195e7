"""Working out beforehand what a template says whatever the page: constants, texts, short lists, macro calls."""

from __future__ import annotations

import copy
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import count
from string import Formatter
from typing import Any

from jinja2 import nodes
from jinja2.exceptions import TemplateSyntaxError
from markupsafe import Markup, escape

from custodex.templating.messages import Messages

SURE, OWN = "·p", "·v"
"""How names made here begin: no template can write them. A SURE one is always bound before it is read."""
_LONGEST_LIST = 16
_MACRO_ONLY = frozenset({"caller", "varargs", "kwargs"})


@dataclass(frozen=True, slots=True, eq=False)
class Known:
    """A macro and the macros of the template it stands in."""

    macro: nodes.Macro
    home: Mapping[str, Known]


Macros = Mapping[str, Known]
Values = Mapping[str, nodes.Expr]
Blocks = Mapping[str, list[nodes.Node]]


def names_in(node: nodes.Node) -> set[str]:
    """Return the names that a template reads."""
    return {name.name for name in node.find_all(nodes.Name) if name.ctx == "load"}


class Folder:
    """Copies a template; *values* stand for names, *macros* for calls, *blocks* for what a layout leaves open."""

    def __init__(
        self,
        messages: Messages,
        macros: Macros,
        values: Values | None = None,
        blocks: Blocks | None = None,
        numbers: Iterator[int] | None = None,
    ) -> None:
        self._messages = messages
        self._numbers = numbers or count()
        self._macros = macros
        self._values = dict(values or {})
        self._blocks = blocks

    def body(self, body: list[nodes.Node]) -> list[nodes.Node]:
        """Return the statements, texts that follow each other joined."""
        return _joined(made for node in body for made in self._statement(node))

    def apart(self, body: list[nodes.Node]) -> list[nodes.Node]:
        """Return the statements with the variables they set kept to themselves."""
        return self._with(self._own_names(body)).body(body)

    def _with(self, values: Values) -> Folder:
        return Folder(
            self._messages,
            self._macros,
            {**self._values, **values},
            self._blocks,
            self._numbers,
        )

    def _named(self, kind: str, name: str) -> nodes.Name:
        return nodes.Name(f"{kind}{next(self._numbers)}_{name}", "load")

    def _own_names(self, body: list[nodes.Node]) -> dict[str, nodes.Expr]:
        """Return a new name for every variable that `set` makes in these statements."""
        return {name: self._named(OWN, name) for name in _assigned(body)}

    # --- statements

    def _statement(self, node: nodes.Node) -> Iterator[nodes.Node]:
        if isinstance(node, nodes.Output):
            yield from self._output(node)
        elif isinstance(node, nodes.If):
            yield from self._if(node)
        elif isinstance(node, nodes.For) and not node.recursive:
            yield from self._for(node)
        elif isinstance(node, nodes.Block) and self._blocks is not None:
            yield from self._blocks.get(node.name) or self.apart(node.body)
        elif not isinstance(node, nodes.FromImport):
            yield self._copied(node)

    def _output(self, node: nodes.Output) -> Iterator[nodes.Node]:
        for child in node.nodes:
            known = self._called(child)
            if known is not None and isinstance(child, nodes.Call):
                yield from self._inlined(known, child)
                continue
            for said in self._told(child) or [self.expression(child)]:
                yield nodes.Output([said], lineno=node.lineno)

    def _if(self, node: nodes.If) -> Iterator[nodes.Node]:
        """Leave out what can never be said."""
        branches: list[tuple[nodes.Expr, list[nodes.Node]]] = []
        otherwise = node.else_
        for one in (node, *node.elif_):
            test = self.expression(one.test)
            if not isinstance(test, nodes.Const):
                branches.append((test, one.body))
            elif test.value:
                otherwise = one.body
                break
        if not branches:
            yield from self.body(otherwise)
            return
        first, *others = [
            nodes.If(test, self.body(body), [], [], lineno=node.lineno) for test, body in branches
        ]
        first.elif_, first.else_ = others, self.body(otherwise)
        yield first

    def _for(self, node: nodes.For) -> Iterator[nodes.Node]:
        iterated = self.expression(node.iter)
        if _is_short(iterated) and not node.else_ and not node.test and "loop" not in names_in(node):
            for item in iterated.value:  # type: ignore[attr-defined]
                yield from self._with(_matched(node.target, item)).body(node.body)
            return
        inner = self._with({name: self._named(SURE, name) for name in _stored(node.target)})
        yield nodes.For(
            inner._copied(node.target),
            iterated,
            inner.body(node.body),
            self.body(node.else_),
            inner.expression(node.test) if node.test else None,
            node.recursive,
            lineno=node.lineno,
        )

    # --- macros

    def _called(self, node: nodes.Node) -> Known | None:
        """Return the macro that a node calls, if it can be put in there."""
        if not isinstance(node, nodes.Call) or not isinstance(node.node, nodes.Name):
            return None
        known = self._macros.get(node.node.name) if node.node.name not in self._values else None
        if known is None or node.dyn_args or node.dyn_kwargs:
            return None
        return known if _can_be_inlined(known, ()) else None

    def _inlined(self, known: Known, call: nodes.Call) -> Iterator[nodes.Node]:
        macro, values = known.macro, dict[str, nodes.Expr]()
        own = self._own_names(macro.body)
        for name, given in _arguments(macro, call).items():
            value = self.expression(given)
            if name not in own and _may_stand_for(value, name, macro):
                values[name] = value
                continue
            values[name] = bound = self._named(SURE, name)
            yield nodes.Assign(nodes.Name(bound.name, "store"), value, lineno=call.lineno)
        yield from Folder(self._messages, known.home, {**own, **values}, None, self._numbers).body(macro.body)

    # --- expressions

    def expression(self, node: nodes.Node) -> nodes.Expr:
        """Return an expression with names replaced and constants worked out."""
        made: nodes.Expr = self._copied(node)
        if isinstance(made, (nodes.Const, nodes.TemplateData, nodes.Name)):
            return made
        text = self._told(made)
        if text is not None and len(text) == 1:
            return text[0]
        if any(isinstance(part, nodes.Const) and isinstance(part.value, Markup) for part in _parts(made)):
            return made  # joining safe text with other text is the escaping's business
        try:
            return nodes.Const(made.as_const(nodes.EvalContext(_environment(node))), lineno=node.lineno)
        except Exception:  # noqa: BLE001 - whatever cannot be worked out is left to the page
            return made

    def _told(self, node: nodes.Node) -> list[nodes.Expr] | None:
        """Return what `t('nav.home')` or `t('task.due', on=day)` says as its pieces; None for anything else."""
        if not isinstance(node, nodes.Call) or not isinstance(node.node, nodes.Name) or node.node.name != "t":
            return None
        if len(node.args) != 1 or node.dyn_args or node.dyn_kwargs:
            return None
        name = self.expression(node.args[0])
        if not isinstance(name, nodes.Const):
            return None
        text = self._messages.plain(str(name.value))
        if not node.kwargs:
            return [nodes.Const(escape(text), lineno=node.lineno)]
        params = {pair.key: self.expression(pair.value) for pair in node.kwargs}
        return _pieces(text, params)

    def _copied(self, node: Any) -> Any:
        """Return a copy of a node, its names replaced."""
        if isinstance(node, nodes.Name):
            value = self._values.get(node.name)
            if value is None:
                return nodes.Name(node.name, node.ctx, lineno=node.lineno)
            if node.ctx == "load":
                return value
            return nodes.Name(value.name, node.ctx, lineno=node.lineno)  # type: ignore[attr-defined]
        if isinstance(node, nodes.NSRef):
            value = self._values.get(node.name)
            return nodes.NSRef(value.name if isinstance(value, nodes.Name) else node.name, node.attr)
        made = copy.copy(node)
        for field in node.fields:
            value = getattr(node, field, None)
            if isinstance(value, list):
                setattr(made, field, self._listed(value))
            elif isinstance(value, nodes.Node):
                setattr(made, field, self._part(value))
        return made

    def _listed(self, found: list[Any]) -> list[Any]:
        if found and all(isinstance(item, nodes.Stmt) for item in found):
            return self.body(found)
        return [self._part(item) if isinstance(item, nodes.Node) else item for item in found]

    def _part(self, node: nodes.Node) -> nodes.Node:
        return self.expression(node) if isinstance(node, nodes.Expr) else self._copied(node)


def _environment(node: nodes.Node) -> Any:
    return node.environment


def _parts(node: nodes.Node) -> Iterator[nodes.Node]:
    yield node
    yield from node.find_all(nodes.Expr)


def _joined(body: Iterator[nodes.Node]) -> list[nodes.Node]:
    found: list[nodes.Node] = []
    for node in body:
        last = found[-1] if found else None
        if isinstance(node, nodes.Output) and isinstance(last, nodes.Output):
            last.nodes = [*last.nodes, *node.nodes]
        else:
            found.append(node)
    return found


def _assigned(body: list[nodes.Node]) -> dict[str, None]:
    """Return the variables that `set` makes in these statements."""
    found: dict[str, None] = {}
    whole = nodes.Template(body)
    made: list[nodes.Assign | nodes.AssignBlock] = [
        *whole.find_all(nodes.Assign),
        *whole.find_all(nodes.AssignBlock),
    ]
    for one in made:
        found.update(dict.fromkeys(_stored(one.target)))
    return found


def _stored(target: nodes.Node) -> list[str]:
    named = [target] if isinstance(target, nodes.Name) else list(target.find_all(nodes.Name))
    return [name.name for name in named]


def _is_short(node: nodes.Expr) -> bool:
    found = node.value if isinstance(node, nodes.Const) else None
    return isinstance(found, (list, tuple)) and len(found) <= _LONGEST_LIST


def _matched(target: nodes.Node, item: Any) -> dict[str, nodes.Expr]:
    if isinstance(target, nodes.Name):
        return {target.name: nodes.Const(item)}
    names = _stored(target)
    return {name: nodes.Const(part) for name, part in zip(names, item, strict=True)}


def _arguments(macro: nodes.Macro, call: nodes.Call) -> dict[str, nodes.Expr]:
    names = [argument.name for argument in macro.args]
    given: dict[str, nodes.Expr] = dict(zip(names, call.args, strict=False))
    given.update((pair.key, pair.value) for pair in call.kwargs)
    first = len(names) - len(macro.defaults)
    for name, default in zip(names[first:], macro.defaults, strict=True):
        given.setdefault(name, default)
    if set(given) != set(names) or len(call.args) > len(names):
        raise TemplateSyntaxError(f"{macro.name}() takes {', '.join(names)}", call.lineno)
    return given


def _can_be_inlined(known: Known, above: tuple[Known, ...]) -> bool:
    """Tell whether a macro can be put in: it asks for nothing of a call and leads to no macro in a ring."""
    macro = known.macro
    if known in above or not all(isinstance(default, nodes.Const) for default in macro.defaults):
        return False
    called = [
        child.node
        for output in macro.find_all(nodes.Output)
        for child in output.nodes
        if isinstance(child, nodes.Call) and isinstance(child.node, nodes.Name)
    ]
    names = [name for name in macro.find_all(nodes.Name) if name.ctx == "load"]
    inner = [name for name in names if name.name in known.home]
    if any(name.name in _MACRO_ONLY for name in names) or any(
        not any(name is one for one in called) for name in inner
    ):
        return False
    return all(_can_be_inlined(known.home[name.name], (*above, known)) for name in inner)


def _may_stand_for(value: nodes.Expr, name: str, macro: nodes.Macro) -> bool:
    """Tell whether an argument may stand where the macro names it, instead of a variable."""
    if "loop" in {one.name for one in _parts(value) if isinstance(one, nodes.Name)}:
        return False
    if isinstance(value, (nodes.Const, nodes.Name)):
        return True
    used = [one for one in macro.find_all(nodes.Name) if one.name == name and one.ctx == "load"]
    return len(used) < 2 and macro.find(nodes.For) is None


def _pieces(text: str, params: Mapping[str, nodes.Expr]) -> list[nodes.Expr] | None:
    """Return a text with parameters as its pieces; None where it formats them."""
    found: list[nodes.Expr] = []
    for literal, field, form, conversion in Formatter().parse(text):
        if literal:
            found.append(nodes.Const(escape(literal)))
        if field is None:
            continue
        if form or conversion or field not in params:
            return None
        found.append(params[field])
    return found
