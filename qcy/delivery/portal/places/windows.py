from __future__ import annotations

from dataclasses import dataclass

from django.utils.translation import gettext as _

from qcy.engines.catalogue.enums import Category
from qcy.foundation.nodes.models import Node
from qcy.foundation.nodes.queries import windows_of


@dataclass(frozen=True)
class WindowRow:
    name: str
    numbers: str
    count: int


def window_rows(node: Node) -> tuple[WindowRow, ...]:
    """The windows of a node by what they are for: 商事服务 1–4 号."""
    return tuple(
        WindowRow(w.name or _(str(Category(w.category).label)), w.numbers, w.count) for w in windows_of(node)
    )
