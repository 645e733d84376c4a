"""The kernel stays pure: it imports the standard library and itself, nothing else."""

import ast
import sys
from pathlib import Path

import pytest

import qcy.kernel

FILES = sorted(Path(qcy.kernel.__file__).parent.glob("**/*.py"))


def imported_modules(path: Path) -> set[str]:
    tree = ast.parse(path.read_text(encoding="utf-8"))
    froms = {node.module or "" for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)}
    plain = {alias.name for node in ast.walk(tree) if isinstance(node, ast.Import) for alias in node.names}
    return froms | plain


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name)
def test_the_kernel_imports_only_the_standard_library_and_itself(path):
    foreign = {
        module
        for module in imported_modules(path)
        if module.partition(".")[0] not in sys.stdlib_module_names and not module.startswith("qcy.kernel")
    }
    assert foreign == set()
