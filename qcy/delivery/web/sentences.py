"""Sentences that the engines put together, in the language of the page."""

from __future__ import annotations

from django.utils.translation import get_language
from django.utils.translation import gettext as _

from qcy.kernel.refusals import Refusal, Worded


def told(refusal: Refusal) -> str:
    return sentence(refusal.sentence)


def sentence(text: str) -> str:
    """What an engine says is Chinese as it stands; in English it is said again from what it was made of."""
    return _english(text) if get_language() == "en" else text


def _english(text: object) -> str:
    match text:
        case Worded(text="") as listed:
            return listed.between.join(_english(part) for part in listed.parts)
        case Worded():
            return _(text.text).format(**{name: _english(value) for name, value in text.values.items()})
        case str():
            return _(text) if text else ""
        case _:
            return str(text)
