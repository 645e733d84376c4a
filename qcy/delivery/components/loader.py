"""Templates of the apps: read once, folded (`folding.py`), kept."""

from __future__ import annotations

from typing import Any

from django.template import Template
from django.template.loaders import base, cached
from django.utils.translation import get_language

from .folding import fold, put_into_layout


class _Folding(base.Loader):
    def get_template(self, template_name: str, skip: Any = None) -> Template:
        return self._folded(template_name, skip)

    def _folded(self, template_name: str, skip: Any = None) -> Template:
        template = self._in_layout(template_name, skip)
        fold(template, self._folded)
        return template

    def _in_layout(self, template_name: str, skip: Any = None) -> Template:
        template = super().get_template(template_name, skip)
        put_into_layout(template, self._in_layout)
        return template


class FoldingLoader(cached.Loader, _Folding):
    """Django's cached loader; what it keeps comes from `_Folding`, next in its line: one set per language."""

    def cache_key(self, template_name: str, skip: Any = None) -> str:
        return f"{get_language()}:{super().cache_key(template_name, skip)}"
