"""`python -m tests.faults.launch MODULE …`: the module's `main` in a process of its own, Django set up first."""

from __future__ import annotations

import sys
from importlib import import_module

import django

if __name__ == "__main__":
    django.setup()
    import_module(f"tests.faults.{sys.argv[1]}").main(*sys.argv[2:])
