"""Templates as one straight run: macros, layout and texts are put in where they are used, before compiling.

A designer writes small macros, a layout and `t('…')`; a page then pays for none of them. What cannot be put in
(`super()`, a macro called inside an expression, one that calls itself) stays as Jinja has it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from itertools import count

from jinja2 import nodes

from custodex.templating.folding import Folder, Known, Macros, names_in
from custodex.templating.messages import Messages

_UNTOLD = frozenset({"super", "self"})

Source = Callable[[str], nodes.Template]
"""Parses the template of this name, nothing put in."""


class TooClever(Exception):
    """The template asks for what only Jinja can do while it renders."""


def flattened(tree: nodes.Template, source: Source, messages: Messages) -> nodes.Template:
    """Return a template with its macros, its layout and its texts put in, or raise `TooClever`."""
    if names_in(tree) & _UNTOLD:
        raise TooClever
    layouts = [node for node in tree.body if isinstance(node, nodes.Extends)]
    macros = _macros(tree, source)
    if not layouts:
        return _whole(tree, Folder(messages, macros).body(tree.body), tree.body)
    layout = _layout(layouts[0], source)
    if not all(_may_stand_beside(node) for node in tree.body):
        raise TooClever
    numbers = count()
    inner = Folder(messages, macros, numbers=numbers)
    blocks = [node for node in tree.body if isinstance(node, nodes.Block)]
    told = {block.name: inner.apart(block.body) for block in blocks}
    outer = Folder(messages, _macros(layout, source), blocks=told, numbers=numbers)
    return _whole(tree, outer.body(layout.body), [*tree.body, *layout.body])


def with_texts(tree: nodes.Template, messages: Messages) -> nodes.Template:
    """Return a template with its texts put in, and nothing else."""
    folder = Folder(messages, {})
    tree.body = [
        made
        for node in tree.body
        for made in ([node] if isinstance(node, nodes.FromImport) else folder.body([node]))
    ]
    tree.set_environment(tree.environment)  # type: ignore[arg-type]
    return tree


def _whole(tree: nodes.Template, body: list[nodes.Node], before: Sequence[nodes.Node]) -> nodes.Template:
    """Return the template with *body* and those imports of *before* that it still needs."""
    whole = nodes.Template(body, lineno=1)
    used = names_in(whole)
    imports = [kept for node in before if (kept := _still_needed(node, used)) is not None]
    whole.body = [*imports, *body]
    whole.set_environment(tree.environment)  # type: ignore[arg-type]
    return whole


def _still_needed(node: nodes.Node, used: set[str]) -> nodes.Node | None:
    if not isinstance(node, nodes.FromImport):
        return None
    names = [name for name in node.names if _alias(name) in used]
    return nodes.FromImport(node.template, names, node.with_context, lineno=node.lineno) if names else None


def _layout(extends: nodes.Extends, source: Source) -> nodes.Template:
    """Return the parsed layout, if it extends no other and its blocks are plain."""
    if not isinstance(extends.template, nodes.Const):
        raise TooClever
    layout = source(str(extends.template.value))
    if layout.find(nodes.Extends) or names_in(layout) & _UNTOLD:
        raise TooClever
    if any(_is_special(block) for block in layout.find_all(nodes.Block)):
        raise TooClever
    return layout


def _may_stand_beside(node: nodes.Node) -> bool:
    """Tell whether a node beside the blocks says nothing by itself."""
    if isinstance(node, nodes.Block):
        return not _is_special(node) and node.find(nodes.Block) is None
    return isinstance(node, (nodes.Extends, nodes.FromImport, nodes.Output, nodes.Macro))


def _is_special(block: nodes.Block) -> bool:
    return block.scoped or block.required


def _macros(tree: nodes.Template, source: Source) -> Macros:
    """Return the macros that a template defines or imports, by the names it calls them by."""
    found: dict[str, Known] = {}
    for node in tree.body:
        if isinstance(node, nodes.Macro):
            found[node.name] = Known(node, found)
        elif isinstance(node, nodes.FromImport) and isinstance(node.template, nodes.Const):
            home = _macros(source(str(node.template.value)), source)
            found.update((alias, home[name]) for name, alias in _pairs(node) if name in home)
    return found


def _pairs(node: nodes.FromImport) -> Iterator[tuple[str, str]]:
    for name in node.names:
        yield (name, name) if isinstance(name, str) else name


def _alias(name: str | tuple[str, str]) -> str:
    return name if isinstance(name, str) else name[1]
