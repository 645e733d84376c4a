"""Templates are folded when they are read; nobody may notice, except by the time it takes."""

from __future__ import annotations

import pytest
from django.template import Context, Engine
from django.template.base import Node, TextNode
from django.utils.safestring import SafeString
from django.utils.translation import override

from qcy.delivery.components import samples, views
from tests.world import NOW

PLAIN, FOLDING = "django.template.loaders.cached.Loader", "qcy.delivery.components.loader.FoldingLoader"
OWN = {
    "layout.html": "<title>{% block title %}无题{% endblock %}</title>{% block body %}{% block main %}{% endblock %}{% endblock %}",
    "page.html": '{% extends "layout.html" %}{% block main %}{% include "part.html" %}{{ word }}{% endblock %}',
    "wider.html": '{% extends "layout.html" %}{% block body %}<b>{% block main %}{% endblock %}</b>{% endblock %}',
    "leaf.html": '{% extends "wider.html" %}{% block title %}叶{% endblock %}{% block main %}{{ word }}{% endblock %}',
    "part.html": '{% load i18n qcy %}{% translate "甲" %}{% icon "user" %}{% state_tag "ok" _("乙") %}',
    "named.html": '{% load i18n %}{% translate "丙" as word %}{{ word }}',
    "naming.html": '{% include "named.html" %}{% if word %}{% include "part.html" %}{% endif %}{{ word }}',
    "printed.html": "{% load qcy %}{{ word }} {{ word|chinese }} {{ count }} {{ share }} {{ day }} {{ marked }} {{ nothing }} {{ none }}"
    "{% autoescape off %}{{ word }}{{ marked }}{% endautoescape %}",
    "translated.html": '{% load i18n %}{% translate "公开数据" %}',
    "fixed.html": '{% extends "layout.html" %}{% block main %}{% include "part.html" %}{% endblock %}',
}


def engine(loader: str) -> Engine:
    inner = [
        ("django.template.loaders.locmem.Loader", OWN),
        "django.template.loaders.app_directories.Loader",
    ]
    libraries = {
        "i18n": "django.templatetags.i18n",
        "static": "django.templatetags.static",
        "qcy": "qcy.delivery.components.templatetags.qcy",
        "shared": "qcy.delivery.components.templatetags.shared",
    }
    return Engine(loaders=[(loader, inner)], libraries=libraries)


def said(loader: str, name: str, **values: object) -> str:
    return engine(loader).get_template(name).render(Context(values))


@pytest.mark.parametrize("name", sorted(OWN))
def test_a_folded_template_says_what_the_plain_one_says(name):
    assert said(FOLDING, name, word="<丁>") == said(PLAIN, name, word="<丁>")


@pytest.mark.parametrize("name", ["components/gallery.html", *views.SCREENS.values()])
def test_every_component_says_the_same_folded(name):
    values = samples.shell() | samples.components() | {"now": NOW}
    assert said(FOLDING, name, **values) == said(PLAIN, name, **values)


@pytest.mark.parametrize("language", ["zh-hans", "en"])
def test_what_is_printed_is_escaped_marked_and_written_as_before(language):
    values = {
        "word": '<丁> & "戊"',
        "count": 12_345,
        "share": 0.5,
        "day": NOW,
        "marked": SafeString("<b>"),
        "none": None,
    }
    with override(language):
        assert said(FOLDING, "printed.html", **values) == said(PLAIN, "printed.html", **values)


def test_a_name_set_in_a_part_does_not_leave_it():
    assert said(FOLDING, "naming.html").startswith("丙") and "丙" not in said(FOLDING, "naming.html")[1:]


def test_what_says_the_same_to_everybody_is_one_text():
    nodes = engine(FOLDING).get_template("fixed.html").nodelist.get_nodes_by_type(Node)
    assert [type(node) for node in nodes] == [TextNode]


def test_every_language_has_its_own_folded_templates():
    held = engine(FOLDING)
    for language, word in (("zh-hans", "公开数据"), ("en", "Open data"), ("zh-hans", "公开数据")):
        with override(language):
            nodes = held.get_template("translated.html").nodelist
            assert [node.s for node in nodes if isinstance(node, TextNode)] == [word] and len(nodes) == 1
