"""Tests: frozen clock, fast hasher, no collected static files."""

from .base import *  # noqa: F403

QCY_GALLERY = True
QCY_SHOW_CODES = True

STORAGES = {  # noqa: F405 - no collectstatic needed before a test
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
}
