"""What a template says is worked out when it is read, not each time it is shown.

A page is a sentence made of some sixty parts: texts, icons, addresses, a layout with blocks, included parts.
Most say the same to everybody. Here they become plain text, once per language; what depends on the page stays a tag.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from html import escape

from django.conf import settings
from django.template import Context, Template
from django.template.base import (
    FilterExpression,
    Node,
    NodeList,
    TextNode,
    VariableNode,
    render_value_in_context,
)
from django.template.defaulttags import CommentNode, LoadNode, URLNode
from django.template.library import InclusionNode, SimpleNode
from django.template.loader_tags import BlockNode, ExtendsNode, IncludeNode
from django.templatetags.i18n import TranslateNode
from django.templatetags.static import StaticNode
from django.utils.safestring import SafeString
from django.utils.translation import get_language

Load = Callable[[str], Template]  # reads a template anew: its nodes may be changed

COMPONENTS = "qcy.delivery.components.templatetags.qcy"  # they only arrange what they are given
ONLY_IN_ENGLISH = "only_in_english"  # a filter that leaves its text alone on every other page
NAMING = ("asvar", "target_var", "varname", "variable", "variable_name")  # how tags keep their `as name`


def put_into_layout(template: Template, load: Load) -> None:
    """`extends` done once: the layout's nodes, with this template's blocks in their places."""
    extends = next(iter(template.nodelist.get_nodes_by_type(ExtendsNode)), None)
    if extends is None or not is_literal(extends.parent_name):
        return
    layout = load(extends.parent_name.resolve({})).nodelist
    for block in layout.get_nodes_by_type(BlockNode):
        if block.name in extends.blocks:
            block.nodelist = extends.blocks[block.name].nodelist
    template.nodelist = layout


def fold(template: Template, load: Load) -> None:
    """Parts into their places, fixed tags into text, neighbouring texts into one."""
    _fold_list(template.nodelist, template, load)


def _fold_list(nodes: NodeList, template: Template, load: Load) -> None:
    nodes[:] = _joined(part for node in nodes for part in _folded(node, template, load))


def _folded(node: Node, template: Template, load: Load) -> Iterable[Node]:
    if _is_plain_include(node):
        part = load(node.template.resolve({})).nodelist
        return [node] if _sets_names(part) else part
    for inner in _inner_lists(node):
        _fold_list(inner, template, load)
    if isinstance(node, BlockNode) and not _sets_names(node.nodelist):
        return node.nodelist
    if isinstance(node, LoadNode | CommentNode):
        return ()
    if isinstance(node, VariableNode):
        return [Print(_without_silent(node.filter_expression))]
    return [TextNode(_said(node, template))] if _is_fixed(node) else [node]


class Print(VariableNode):
    """`{{ word }}`: nearly always a text or a count, for which neither time zone nor number format has to be asked."""

    def render(self, context: Context) -> str:
        value = self.filter_expression.resolve(context)
        if type(value) is SafeString:
            return value
        if type(value) is str and context.autoescape:
            return escape(value)
        if type(value) is int and not settings.USE_THOUSAND_SEPARATOR:
            return str(value)
        return str(render_value_in_context(value, context))


def _without_silent(said: FilterExpression) -> FilterExpression:
    if get_language() != "en":
        said.filters = [each for each in said.filters if not getattr(each[0], ONLY_IN_ENGLISH, False)]
    return said


def _is_plain_include(node: Node) -> bool:
    return (
        isinstance(node, IncludeNode)
        and is_literal(node.template)
        and not (node.extra_context or node.isolated_context)
    )


def _inner_lists(node: Node) -> Iterator[NodeList]:
    yield from (held for held in vars(node).values() if isinstance(held, NodeList))
    yield from (held for _, held in getattr(node, "conditions_nodelists", ()))


def _sets_names(nodes: NodeList) -> bool:
    """A part that keeps something under a name needs the scope its block or include gives it."""
    return any(getattr(node, name, None) for node in nodes.get_nodes_by_type(Node) for name in NAMING)


def _is_fixed(node: Node) -> bool:
    """The same on every page, for everybody who reads this language, as long as the process runs."""
    if any(getattr(node, name, None) for name in NAMING):
        return False
    if isinstance(node, TranslateNode):
        return is_literal(node.filter_expression)
    if isinstance(node, URLNode):
        return is_literal(node.view_name) and not (node.args or node.kwargs)
    if isinstance(node, StaticNode):
        return is_literal(node.path)
    if isinstance(node, SimpleNode | InclusionNode):
        given = [*node.args, *node.kwargs.values()]
        return node.func.__module__ == COMPONENTS and all(map(is_literal, given))
    return False


def is_literal(said: FilterExpression) -> bool:
    return not said.filters and (not said.is_var or said.var.lookups is None)


def _said(node: Node, template: Template) -> str:
    context = Context()
    with context.render_context.push_state(template), context.bind_template(template):
        return str(node.render(context))


def _joined(nodes: Iterable[Node]) -> Iterator[Node]:
    text = ""
    for node in nodes:
        if isinstance(node, TextNode):
            text += node.s
            continue
        if text:
            yield TextNode(text)
        text = ""
        yield node
    if text:
        yield TextNode(text)
