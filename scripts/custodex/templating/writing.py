"""How a template becomes Python: plain attribute access, one piece for many, quick escaping."""

from __future__ import annotations

from collections.abc import Callable, MutableMapping
from types import CodeType
from typing import Any

import jinja2
import markupsafe
from jinja2 import nodes
from jinja2.compiler import CodeGenerator, Frame
from jinja2.idtracking import VAR_LOAD_RESOLVE, VAR_LOAD_UNDEFINED
from jinja2.utils import concat
from markupsafe import Markup, escape

from custodex.templating.folding import OWN, SURE

_PAGE = "page"


def _inner(text: str) -> str:
    """Return *text* escaped."""
    return escape(text)


# the C function below `escape`, where this version has it: it gives back a text without special characters as it is
_escaped: Callable[[str], str] = getattr(markupsafe, "_escape_inner", _inner)


def quick_escape(value: Any) -> str:
    """Return *value* escaped; most pieces of a page hold nothing to escape and need no wrapping."""
    kind = value.__class__
    if kind is str:
        return _escaped(value)
    return value if kind is Markup else escape(value)


_INLINE = "_piece"
"""The variable that holds what is to be written: a text is then escaped without another call."""


class Quick(jinja2.Template):
    """A compiled template that escapes what it writes by `quick_escape`: the pieces are joined anyway."""

    @classmethod
    def from_code(
        cls,
        environment: jinja2.Environment,
        code: CodeType,
        globals: MutableMapping[str, Any],  # noqa: A002 - Jinja2's own name
        uptodate: Callable[[], bool] | None = None,
    ) -> jinja2.Template:
        """Return the template of compiled *code*."""
        template = super().from_code(environment, code, globals, uptodate)
        template.root_render_func.__globals__.update(escape=quick_escape, escaped=_escaped)
        return template

    def render(self, *, page: object) -> str:
        """Return what the template makes of a page."""
        spare = self.__dict__.setdefault("_spare", [])
        # a context holds nothing but the page and what the template sets: made once, it serves again and again
        context = spare.pop() if spare else self.new_context()
        context.parent["page"] = page
        try:
            return concat(self.root_render_func(context))
        finally:
            context.vars.clear()
            context.exported_vars.clear()
            spare.append(context)


class Code(CodeGenerator):
    """Writes what Python says faster than Jinja's own way of trying more."""

    def visit_Getattr(self, node: nodes.Getattr, frame: Frame) -> None:  # noqa: N802 - named by Jinja
        """Write `page.name` as an attribute."""
        self.write("(")
        self.visit(node.node, frame)
        self.write(f").{node.attr}")

    def visit_Name(self, node: nodes.Name, frame: Frame) -> None:  # noqa: N802
        """Write a name; of one that is always bound nobody asks whether it is."""
        if node.ctx == "load" and (node.name == _PAGE or node.name.startswith(SURE)):
            self.write(frame.symbols.ref(node.name))
            return
        super().visit_Name(node, frame)

    def pop_assign_tracking(self, frame: Frame) -> None:
        """Keep the variables of put-in macros out of the context."""
        self._assign_stack[-1] = {name for name in self._assign_stack[-1] if not name.startswith((SURE, OWN))}
        super().pop_assign_tracking(frame)

    def enter_frame(self, frame: Frame) -> None:
        """Begin a scope; names made here stand in no context, so that nobody looks for them there."""
        loads = frame.symbols.loads
        for target, (action, name) in loads.items():
            if action == VAR_LOAD_RESOLVE and name and name.startswith((SURE, OWN)):
                loads[target] = (VAR_LOAD_UNDEFINED, None)
        super().enter_frame(frame)

    def visit_Output(self, node: nodes.Output, frame: Frame) -> None:  # noqa: N802
        """Write many pieces as one, where they go out one by one."""
        if frame.buffer is not None or frame.require_output_check or len(node.nodes) < 2:
            super().visit_Output(node, frame)
            return
        self.writeline("yield concat(", node)
        frame.buffer, buffer = "", frame.buffer
        try:
            self._pieces(node, frame)
        finally:
            frame.buffer = buffer
        self.write(")")

    def _pieces(self, node: nodes.Output, frame: Frame) -> None:
        finalize = self._make_finalize()
        said = ""
        self.write("(")
        for child in node.nodes:
            try:
                said += str(self._output_child_to_const(child, frame, finalize))
            except nodes.Impossible:
                self._constant(said)
                said = ""
                self._expression(child, frame, finalize)
        self._constant(said)
        self.write(")")

    def _constant(self, said: str) -> None:
        if said:
            self.write(f"{said!r}, ")

    def _expression(self, child: nodes.Expr, frame: Frame, finalize: CodeGenerator._FinalizeInfo) -> None:
        if frame.eval_ctx.volatile or not frame.eval_ctx.autoescape:
            self._output_child_pre(child, frame, finalize)
            self.visit(child, frame)
            self._output_child_post(child, frame, finalize)
            self.write(", ")
            return
        self.write(f"escaped({_INLINE}) if ({_INLINE} := ")
        self.visit(child, frame)
        self.write(f").__class__ is str else escape({_INLINE}), ")

    def visit_Call(self, node: nodes.Call, frame: Frame, forward_caller: bool = False) -> None:  # noqa: N802
        """Write the call of a macro or function by its name; none of ours asks for the context."""
        if not isinstance(node.node, nodes.Name) or node.dyn_args or node.dyn_kwargs or forward_caller:
            super().visit_Call(node, frame, forward_caller=forward_caller)
            return
        self.visit(node.node, frame)
        self.write("(")
        for argument in node.args:
            self.visit(argument, frame)
            self.write(", ")
        for keyword in node.kwargs:
            self.write(f"{keyword.key}=")
            self.visit(keyword.value, frame)
            self.write(", ")
        self.write(")")
