"""The Lucide shapes as inline SVG: one file per icon, read once per process."""

from functools import cache
from pathlib import Path

from django.utils.html import escape
from django.utils.safestring import SafeString, mark_safe

ICON_DIR = Path(__file__).parent / "templates" / "components" / "icons"


def svg(name: str, css_class: str = "") -> SafeString:
    """The icon's markup; an unknown name is an error, so a typo never ships as an empty place."""
    markup = _shapes().get(name)
    if markup is None:
        raise LookupError(f"no icon named {name!r}; known: {', '.join(names())}")
    extra = f" {escape(css_class)}" if css_class else ""
    return mark_safe(markup.replace('class="i"', f'class="i{extra}"', 1))  # noqa: S308 - our own files


def names() -> list[str]:
    return sorted(_shapes())


@cache
def _shapes() -> dict[str, str]:
    return {path.stem: path.read_text(encoding="utf-8").strip() for path in ICON_DIR.glob("*.svg")}
