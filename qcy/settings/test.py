"""Tests: frozen clock, fast hasher, no collected static files."""

from .base import *  # noqa: F403
