"""The components, one tag each: `{% load qcy %}`, then `{% clock rows %}` and so on.

A tag only arranges what it was given; its markup is in templates/components/NAME.html.
"""

import re
from collections.abc import Callable, Iterable, Sequence
from functools import lru_cache, wraps
from typing import Any, get_args
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

from django import template
from django.core.paginator import Page
from django.template.loader import get_template
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import get_language, gettext, gettext_noop

from qcy.delivery.components import icons, types

register = template.Library()

CHINESE = re.compile(r"[\u4e00-\u9fff]")
FIXED = frozenset({gettext_noop("待运营方填写")})  # said in place of content nobody has given
TONES = get_args(types.Tone)
CELLS = frozenset(get_args(types.Cell))
NOTICE_ICONS = {"": "info", "info": "info", "ok": "check-circle", "warn": "clock", "bad": "alert-circle"}
TOAST_ICONS = {"warning": "clock", "error": "alert-circle"}
# Cells that explain themselves in every clock; s2 and s3 are steps, named by the page.
LEGEND = ("u", "t", "p", "x", "", "cap")
DENSE_FROM = 31  # more cells than this need a thinner gap to stay visible on a phone


def _tone(tone: str) -> str:
    """The CSS class of a tone. An unknown tone would silently lose its meaning, so it is an error."""
    if tone not in TONES:
        raise ValueError(f"unknown tone {tone!r}; one of {TONES}")
    return tone


Arrange = Callable[..., dict[str, Any]]


def kept(name: str) -> Callable[[Arrange], Callable[..., SafeString]]:
    """A component that many pages share: said once per language for the same arguments (`typed`: a text marked
    safe is another argument than the same text unmarked). Never for what only one firm's pages hold."""

    def decorate(arrange: Arrange) -> Callable[..., SafeString]:
        @lru_cache(maxsize=2_000, typed=True)
        def said_in(language: str | None, *args: Any, **kwargs: Any) -> SafeString:
            return SafeString(get_template(name).render(arrange(*args, **kwargs)))

        def said(*args: Any, **kwargs: Any) -> SafeString:
            return said_in(get_language(), *args, **kwargs)

        return wraps(arrange)(said)

    return decorate


@register.filter
def word(label: str) -> str:
    """A fixed word of the service, such as the name of a state, in the language of the page."""
    return gettext(label) if label else ""


@register.filter
def chinese(text: Any) -> Any:
    """Content of the database inside an English page: marked as Chinese where it is."""
    if get_language() != "en" or not text or not CHINESE.search(str(text)):
        return text
    if str(text) in FIXED:
        return gettext(str(text))
    return format_html('<span lang="zh-CN">{}</span>', text)


chinese.only_in_english = True  # type: ignore[attr-defined]  # elsewhere left out of the template by `folding.py`


@register.filter
def chinese_attribute(text: Any) -> SafeString:
    """The same for an element that can hold no other: an option."""
    marked = get_language() == "en" and CHINESE.search(str(text))
    return SafeString(' lang="zh-CN"' if marked else "")


@register.simple_tag
def zh() -> SafeString:
    """The attribute that says "this is Chinese", for content of the database on an English page."""
    return SafeString(' lang="zh-CN"' if get_language() == "en" else "")


@register.simple_tag
def icon(name: str, css_class: str = "") -> SafeString:
    return icons.svg(name, css_class)


@register.simple_tag
@kept("components/top_nav.html")
def top_nav(items: tuple[types.NavItem, ...]) -> dict[str, Any]:
    return {"items": items}


@register.simple_tag
@kept("components/node_menu.html")
def node_menu(items: tuple[types.NavItem, ...], node: str, all_url: str = "") -> dict[str, Any]:
    """`all_url` leads to the page that finds one's node by place."""
    return {"items": items, "node": node, "all_url": all_url}


@register.simple_tag
@kept("components/state_tag.html")
def state_tag(tone: str, text: str) -> dict[str, Any]:
    return {"tone": _tone(tone), "text": text}


@register.simple_tag
@kept("components/demo_mark.html")
def demo_mark(text: str = "") -> dict[str, Any]:
    return {"text": text}


@register.simple_tag
def clock(rows: Sequence[types.ClockRow], steps: Sequence[tuple[str, str]] = ()) -> SafeString:
    """Limits under each other on one scale.

    `steps` names the cells of a guide instead of the usual legend: (("u", "形式审核 2 日"), …).
    """
    return _clock(tuple(rows), tuple(steps))


@kept("components/clock.html")
def _clock(rows: tuple[types.ClockRow, ...], steps: tuple[tuple[str, str], ...]) -> dict[str, Any]:
    longest = max((len(row.cells) for row in rows), default=0)
    used = {cell for row in rows for cell in row.cells}
    return {
        "rows": [(row, row.cells + ("z",) * (longest - len(row.cells))) for row in rows],
        "dense": longest >= DENSE_FROM,
        "steps": steps,
        "legend": [cell for cell in LEGEND if cell in used],
    }


@register.inclusion_tag("components/legend.html")
def clock_legend() -> dict[str, Any]:
    """The legend of a list with mini clocks, once below the list."""
    return {"legend": LEGEND[:5]}


@register.simple_tag
@kept("components/mini_clock.html")
def mini_clock(c: types.MiniClock) -> dict[str, Any]:
    return {"c": c}


@register.inclusion_tag("components/timeline.html")
def timeline(entries: Iterable[types.TimelineEntry], small: bool = False) -> dict[str, Any]:
    return {"entries": entries, "small": small}


@register.inclusion_tag("components/facts_list.html")
def facts_list(facts: Iterable[types.Fact]) -> dict[str, Any]:
    return {"facts": facts}


@register.inclusion_tag("components/kv.html")
def kv(pairs: types.Pairs, align: str = "") -> dict[str, Any]:
    """Label and value, or label, value and url. `align="left"` for long values."""
    return {"pairs": pairs, "align": align}


@register.inclusion_tag("components/provenance.html")
def provenance(source: str, date: str = "", grade: str = "", self_filled: bool = False) -> dict[str, Any]:
    return {"source": source, "date": date, "grade": grade, "self_filled": self_filled}


@register.inclusion_tag("components/stepper.html")
def stepper(steps: Iterable[types.Step]) -> dict[str, Any]:
    return {"steps": steps}


@register.inclusion_tag("components/error_summary.html")
def error_summary(problems: Sequence[types.Problem], title: str = "") -> dict[str, Any]:
    return {"problems": problems, "title": title}


@register.inclusion_tag("components/notice.html")
def notice(tone: str, text: str, title: str = "", icon: str = "") -> dict[str, Any]:
    return {"tone": _tone(tone), "text": text, "title": title, "icon": icon or NOTICE_ICONS[tone]}


@register.inclusion_tag("components/empty.html")
def empty(icon: str, title: str, text: str = "", url: str = "", label: str = "") -> dict[str, Any]:
    return {"icon": icon, "title": title, "text": text, "url": url, "label": label}


@register.inclusion_tag("components/pager.html")
def pager(page: Page[Any], url: str = "") -> dict[str, Any]:
    """`url` is the address of the list with its filters; its `page` is replaced."""
    numbers = page.paginator.get_elided_page_range(page.number, on_each_side=1, on_ends=1)
    links = [(number, "" if isinstance(number, str) else page_url(url, number)) for number in numbers]
    return {
        "page": page,
        "links": links,
        "previous": page_url(url, page.number - 1) if page.has_previous() else "",
        "next": page_url(url, page.number + 1) if page.has_next() else "",
    }


def page_url(url: str, number: int) -> str:
    parts = urlsplit(url)
    query = [(key, value) for key, value in parse_qsl(parts.query, keep_blank_values=True) if key != "page"]
    return urlunsplit(parts._replace(query=urlencode([*query, ("page", str(number))])))


@register.inclusion_tag("components/kpi_tiles.html")
def kpi_tiles(tiles: Sequence[types.Kpi], label: str = "") -> dict[str, Any]:
    """`label` names the navigation when the tiles are links."""
    return {"tiles": tiles, "label": label, "linked": any(tile.url for tile in tiles)}


@register.inclusion_tag("components/rating_form.html")
def rating_form(name: str = "rating", selected: str | int = "") -> dict[str, Any]:
    """The five radio buttons; the page supplies the form, the words and the button."""
    return {"name": name, "selected": str(selected)}


@register.inclusion_tag("components/toasts.html")
def toasts(messages: Iterable[Any] = ()) -> dict[str, Any]:
    shown = [(message, getattr(message, "level_tag", "")) for message in messages or ()]
    return {"toasts": [(message, level, TOAST_ICONS.get(level, "check-circle")) for message, level in shown]}


@register.inclusion_tag("components/skeleton.html")
def skeleton() -> dict[str, Any]:
    return {}


@register.inclusion_tag("components/number.html")
def number(
    value: str | int, unit: str = "", definition: str | types.Pairs = "", title: str = ""
) -> dict[str, Any]:
    """A figure that opens its definition: a sentence, or pairs as for `kv`. `title` heads the definition."""
    return {
        "value": value,
        "unit": unit,
        "title": title,
        "sentence": definition if isinstance(definition, str) else "",
        "pairs": () if isinstance(definition, str) else definition,
    }


@register.simple_tag
def field(f: types.FieldView) -> SafeString:
    """The control of its kind (`FieldView.template`)."""
    return SafeString(get_template(f.template).render({"f": f}))


@register.inclusion_tag("components/save_status.html")
def save_status(saved_at: str = "") -> dict[str, Any]:
    """The line that says whether the form is saved; app.js keeps it true."""
    return {"saved_at": saved_at}


@register.inclusion_tag("components/save_panels.html")
def save_panels(sign_in_url: str = "", reload_url: str = "") -> dict[str, Any]:
    """The hidden bars for offline, conflict, signed out and kept values; put them above the form."""
    return {"sign_in_url": sign_in_url, "reload_url": reload_url}


@register.filter
@lru_cache(maxsize=2_000)
def cells(row: tuple[str, ...]) -> SafeString:
    """The days of a clock. A list has hundreds of them and few different rows: made once, not looped."""
    if unknown := set(row) - CELLS:
        raise ValueError(f"unknown cells {unknown}")
    return SafeString("".join(f'<i class="{cell}"></i>' if cell else "<i></i>" for cell in row))


@register.filter
def figures(text: str) -> SafeString:
    """Set the figures of a short text in bold: 还剩 6 -> 还剩 <b>6</b>."""
    parts = re.split(r"(\d[\d,.]*)", str(text))
    pieces = ((format_html("<b>{}</b>", part) if i % 2 else part,) for i, part in enumerate(parts))
    return format_html_join("", "{}", pieces)
