"""What people type and paste, brought to one form before it is judged."""

import unicodedata

from qcy.kernel.refusals import Worded, in_row, worded

# Only the full-width forms of ASCII. NFKC would go further and read "5²" as "52".
_HALF_WIDTH = {code: code - 0xFEE0 for code in range(0xFF01, 0xFF5F)} | {0x3000: 0x20}

_DASHES_AND_INVISIBLE = {"Pd", "Cf"}
_MINUS = "\u2212"


def half_width(text: str) -> str:
    """Full-width letters, digits, punctuation and space as their ASCII forms; all else unchanged."""
    return text.translate(_HALF_WIDTH)


def compact_code(text: str) -> str:
    """A code as printed on paper: half-width, upper case, no spaces, hyphens or invisible characters.

    Zero-width characters are dropped too: they arrive with text copied from PDF files and web pages.
    """
    return "".join(c for c in half_width(text) if not _is_separator(c)).upper()


def listed_misfits(code: str, wrong_places: list[int]) -> Worded:
    """Names each wrong character with its place, counted from 1: 第 3 位的“I”、第 9 位的“O”."""
    named = (worded("第 {place} 位的“{sign}”", place=p + 1, sign=code[p]) for p in wrong_places)
    return in_row(tuple(named), chinese="、", between=", ")


def _is_separator(character: str) -> bool:
    return (
        character.isspace() or character == _MINUS or unicodedata.category(character) in _DASHES_AND_INVISIBLE
    )


_KEPT_CONTROLS = {"\n", "\t"}
_REMOVED = {"Cc", "Cf", "Cs", "Co", "Cn"}


def clean(text: str) -> str:
    """Text without NUL, other controls and invisible marks that turn a line around or hide in a name.

    Line breaks and tabs stay; carriage returns become line breaks.
    """
    plain = text.replace("\r\n", "\n").replace("\r", "\n")
    return "".join(c for c in plain if c in _KEPT_CONTROLS or unicodedata.category(c) not in _REMOVED)
