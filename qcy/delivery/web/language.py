"""The language a page is read in: chosen by the visitor, kept in a cookie, never guessed.

Simplified Chinese is the source, English comes from the catalogue, Traditional Chinese from OpenCC: the text of
the finished page is converted. Attributes, form values and scripts stay as they are, so that nothing a form sends
back has been converted. Documents are always Simplified.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from typing import Any
from urllib.parse import quote

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils.cache import patch_vary_headers
from django.utils.translation import get_language, override

from qcy.foundation.nodes.places import TRADITIONAL_NAMES

from .addresses import fixed

COOKIE = "language"
TRADITIONAL = "zh-hant"
TAGS = {"zh-hans": "zh-CN", "zh-hant": "zh-Hant", "en": "en"}  # what `lang` says
# what is no text: whole scripts, styles and text areas, comments, tags with their attributes
MARKUP = re.compile(
    r"""(<(script|style|textarea)\b.*?</\2\s*>|<!--.*?-->|<(?:[^<>"']|"[^"]*"|'[^']*')*>)""", re.S | re.I
)
TEXT_STEP = 3  # re.split gives text, markup, the name inside it, text, …


@dataclass(frozen=True)
class Language:
    name: str
    tag: str
    url: str
    current: bool


class LanguageMiddleware:
    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        language = chosen(request)
        with override(language):
            response = self.get_response(request)
        if _is_page(response):
            patch_vary_headers(response, ("Cookie",))
            if language == TRADITIONAL:
                response.content = traditional(response.content.decode(response.charset))
        return response


def chosen(request: HttpRequest) -> str:
    wanted = request.COOKIES.get(COOKIE, "")
    return wanted if wanted in TAGS else settings.LANGUAGE_CODE


def switch(request: HttpRequest) -> tuple[Language, ...]:
    here, now = quote(request.get_full_path(), safe=""), get_language()
    address = fixed("language")
    return tuple(
        Language(name, TAGS[code], f"{address}?to={code}&next={here}", code == now)
        for code, name in settings.LANGUAGES
    )


def _is_page(response: Any) -> bool:
    return not response.streaming and response.headers.get("Content-Type", "").startswith("text/html")


def traditional(page: str) -> str:
    parts = MARKUP.split(page)
    convert = _in_traditional
    parts[::TEXT_STEP] = [text if text.isascii() else convert(text) for text in parts[::TEXT_STEP]]
    parts[2::TEXT_STEP] = [""] * len(parts[2::TEXT_STEP])  # the name stands in the markup already
    return "".join(parts)


def _in_traditional(text: str) -> str:
    """Names of places are written as the places write them: 咸 in 西咸 and 咸阳 is no 鹹."""
    converted = str(_converter().convert(text))
    for wrong, right in TRADITIONAL_NAMES.items():
        converted = converted.replace(wrong, right)
    return converted


@cache
def _converter() -> Any:
    from opencc import OpenCC  # reads its tables: only who asks for them waits

    return OpenCC("s2tw")
