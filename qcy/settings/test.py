"""Tests: frozen clock, fast hasher, no collected static files."""

import os

from .base import *  # noqa: F403

QCY_GALLERY = True
QCY_SHOW_CODES = True

STORAGES = {  # noqa: F405 - no collectstatic needed before a test
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
}

# what a second run of the tenancy tests switches off (tests/run.py)
QCY_APPLICATION_FILTER = os.environ.get("QCY_TEST_LAYER") != "rows"
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
if "QCY_TEST_POSTGRESQL" in os.environ:
    DATABASES["default"]["TEST"] = {"TEMPLATE": "qcy_base", "NAME": "test_qcy"}
else:
    DATABASES["default"]["TEST"] = {"NAME": str(VAR / "test.sqlite3")}
