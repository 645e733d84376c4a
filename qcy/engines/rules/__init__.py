"""The rule engine: policy packs in, verdicts, points, amounts and explanations out. Plain Python, no Django.

Start with `README.md` in this folder.
"""

from .decide import Answer, decide
from .facts import Dictionary, FactKind, Told, dictionary_of
from .packs.load import Loaded, load_pack
from .packs.model import Pack, Version

__all__ = [
    "Answer",
    "Dictionary",
    "FactKind",
    "Loaded",
    "Pack",
    "Told",
    "Version",
    "decide",
    "dictionary_of",
    "load_pack",
]
