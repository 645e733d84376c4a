"""Parts of public pages that everybody sees alike: `{% load shared %}`. Each is said once per language and content.

What is given must be hashable: frozen dataclasses and tuples.
"""

from __future__ import annotations

from typing import Any

from django import template
from django.utils.html import format_html_join
from django.utils.safestring import SafeString

from qcy.delivery.components.types import NavItem

from .qcy import kept

register = template.Library()

CURRENT = SafeString(' aria-current="true"')


@register.simple_tag
@kept("components/suggestions.html")
def suggestions(id: str, names: tuple[str, ...]) -> dict[str, Any]:
    """What a search box offers while one types."""
    return {"id": id, "names": names}


@register.simple_tag
@kept("components/matter_row.html")
def matter_row(card: Any, tagged: bool = False) -> dict[str, Any]:
    """A matter in a list: with its category as a tag, or with its summary."""
    return {"m": card, "tagged": tagged}


@register.simple_tag
@kept("components/category_cards.html")
def category_cards(cards: tuple[Any, ...]) -> dict[str, Any]:
    return {"cards": cards}


@register.simple_tag
@kept("components/window_list.html")
def window_list(windows: tuple[Any, ...]) -> dict[str, Any]:
    return {"windows": windows}


@register.simple_tag
@kept("components/node_map.html")
def node_map(map: Any, linked: bool = False) -> dict[str, Any]:
    """The schematic of the nodes; `linked`: each leads to its home."""
    return {"map": map, "linked": linked}


@register.simple_tag
@kept("components/node_rows.html")
def node_rows(rows: tuple[Any, ...]) -> dict[str, Any]:
    return {"rows": rows}


@register.simple_tag
@kept("components/link_list.html")
def link_list(items: tuple[Any, ...]) -> dict[str, Any]:
    return {"items": items}


@register.simple_tag
@kept("insight/tiles.html")
def figure_tiles(tiles: tuple[Any, ...]) -> dict[str, Any]:
    """公开数据 of a home page, from `insight.queries.home_tiles`."""
    return {"tiles": tiles}


@register.simple_tag
@kept("insight/figure.html")
def figure(f: Any, by_stage: bool = False) -> dict[str, Any]:
    """One number with what it counts, where it comes from and its rivals; `by_stage`: planned beside set up."""
    return {"f": f, "by_stage": by_stage}


@register.simple_tag
@kept("components/news_list.html")
def news_list(rows: tuple[Any, ...], full: bool = False) -> dict[str, Any]:
    """Texts of a node, newest first; `full`: as a page of its own."""
    return {"rows": rows, "full": full}


@register.simple_tag
@kept("components/side_nav.html")
def side_nav(items: tuple[NavItem, ...]) -> dict[str, Any]:
    """Pages of the console, beside every one of them."""
    return {"items": items}


@register.simple_tag
def language_links(languages: tuple[Any, ...]) -> SafeString:
    """The page in its other languages. Not kept: every address has its own."""
    return format_html_join(
        "",
        '<a href="{0}" lang="{1}" hreflang="{1}"{2}>{3}</a>',
        ((each.url, each.tag, CURRENT if each.current else "", each.name) for each in languages),
    )
