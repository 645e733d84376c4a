"""The house rules that a linter does not know: sizes, templates, lock files, scopes."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
LONGEST_FILE, LONGEST_FUNCTION = 400, 40
SOURCES = [p for p in (ROOT / "qcy").rglob("*.py") if "migrations" not in p.parts]
TEMPLATES = sorted((ROOT / "qcy").rglob("templates/**/*.html"))
PUBLIC_REGISTRIES = {"pypi.org", "files.pythonhosted.org"}
CHINESE = re.compile(r"[\u4e00-\u9fff]")
# words that stand outside a translate tag: comments, tags and variables are removed first
TAGS = re.compile(
    r"{#.*?#}|{%\s*comment.*?endcomment\s*%}|{%\s*blocktrans.*?endblocktrans\w*\s*%}|{%.*?%}|{{.*?}}", re.S
)
UNTRANSLATED_BY_DESIGN = {"server_error.html"}  # rendered when nothing else works


@pytest.mark.parametrize("path", SOURCES, ids=lambda p: str(p.relative_to(ROOT)))
def test_files_and_functions_stay_small(path: Path) -> None:
    text = path.read_text("utf-8")
    assert text.count("\n") <= LONGEST_FILE
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            size = (node.end_lineno or 0) - node.lineno + 1
            assert size <= LONGEST_FUNCTION, f"{node.name} has {size} lines"


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda p: p.name)
def test_templates_hold_no_inline_style_or_script_and_translate_their_text(path: Path) -> None:
    text = path.read_text("utf-8")
    assert "style=" not in re.sub(r"{{.*?}}", "", text) or "documents" in path.parts
    assert not re.search(r"<script(?![^>]*\bsrc=)", text)
    assert not re.search(r"\son\w+=", text)
    if path.name not in UNTRANSLATED_BY_DESIGN and "gallery" not in path.name:
        assert not CHINESE.search(TAGS.sub("", text)), "Chinese text outside a translate tag"


def test_sql_is_spoken_in_one_folder_only() -> None:
    for path in SOURCES:
        if "foundation/database" not in path.as_posix():
            found = re.findall(r"\.(?:raw|extra|cursor)\(|RawSQL", path.read_text("utf-8"))
            assert not found, f"{path}: {found}"


def test_lock_file_names_public_registries_only() -> None:
    hosts = set(re.findall(r"https?://([^/\"]+)", (ROOT / "uv.lock").read_text("utf-8")))
    assert hosts <= PUBLIC_REGISTRIES


def test_every_model_declares_its_scope_and_docs_list_it() -> None:
    from django.apps import apps

    listed = (ROOT / "docs" / "scopes.md").read_text("utf-8")
    ours = [m for m in apps.get_models() if m.__module__.startswith("qcy.")]
    assert ours
    for model in ours:
        assert getattr(model, "scope", None) is not None, f"{model.__name__} declares no scope"
        assert f"| {model.__name__} |" in listed, f"{model.__name__} is not in docs/scopes.md"


def test_no_points_check_ins_or_online_time_anywhere() -> None:
    """国办函〔2026〕12号: no check-in, points ranking or online-time counting."""
    for path in [*TEMPLATES, *SOURCES]:
        text = path.read_text("utf-8")
        assert not re.search("签到|积分排|在线时长|打卡", text), path
