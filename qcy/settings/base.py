"""Settings every deployment shares. Differences stand in development, test and production."""

from __future__ import annotations

import os
from datetime import timedelta
from pathlib import Path
from urllib.parse import unquote, urlsplit

from csp.constants import NONE, SELF

from qcy.foundation.keys import read_or_make

ROOT = Path(__file__).resolve().parent.parent.parent
VAR = Path(os.environ.get("QCY_VAR", ROOT / "var"))

SECRET_KEY = read_or_make(VAR / "keys" / "django.key").hex()
DEBUG = False
ALLOWED_HOSTS = ["127.0.0.1", "localhost", "[::1]"]
ROOT_URLCONF = "qcy.delivery.web.urls"
WSGI_APPLICATION = "qcy.delivery.web.wsgi.application"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

INSTALLED_APPS = [
    "qcy.foundation.database",
    "qcy.foundation.audit",
    "qcy.foundation.outbox",
    "qcy.foundation.nodes",
    "qcy.foundation.parties",
    "qcy.foundation.calendars",
    "qcy.foundation.files",
    "qcy.foundation.documents",
    "qcy.foundation.messages",
    "qcy.engines.register",
    "qcy.engines.forms",
    "qcy.engines.catalogue",
    "qcy.engines.casework",
    "qcy.engines.ratings",
    "qcy.domains.content",
    "qcy.insight",
    "qcy.delivery.components",
    "qcy.delivery.web",
    "qcy.delivery.portal",
    "qcy.delivery.console",
    "django.contrib.contenttypes",
    "django.contrib.auth",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django_htmx",
    "csp",
    "allauth",
    "allauth.account",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "qcy.delivery.web.middleware.MaintenanceMiddleware",
    "csp.middleware.CSPMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "qcy.delivery.web.language.LanguageMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "qcy.delivery.web.middleware.ActorMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "qcy.delivery.web.middleware.GateMiddleware",
]

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "OPTIONS": {
            "loaders": [
                (
                    "qcy.delivery.components.loader.FoldingLoader",
                    ["django.template.loaders.app_directories.Loader"],
                )
            ],
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "qcy.delivery.web.context.shell",
            ],
        },
    }
]


def database(url: str) -> dict[str, object]:
    """`sqlite:///path` or `postgresql://user:password@host:port/name`."""
    parts = urlsplit(url)
    if parts.scheme == "sqlite":
        return {
            "ENGINE": "qcy.foundation.database.sqlite",
            "NAME": parts.path,
            "CONN_MAX_AGE": None,  # opening and closing cost 2 ms of every request
            "OPTIONS": {
                "timeout": 20,
                "transaction_mode": "IMMEDIATE",
                "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA foreign_keys=ON",
            },
        }
    return {
        "ENGINE": "qcy.foundation.database.postgresql",
        "NAME": parts.path.lstrip("/"),
        "USER": unquote(parts.username or ""),
        "PASSWORD": unquote(parts.password or ""),
        "HOST": unquote(parts.hostname or ""),
        "PORT": str(parts.port or ""),
        "CONN_MAX_AGE": 600,
        "CONN_HEALTH_CHECKS": True,
        "OPTIONS": {},
    }


DATABASES = {"default": database(os.environ.get("QCY_DATABASE_URL", f"sqlite://{VAR}/qcy.sqlite3"))}
# ATOMIC_REQUESTS stays off: with IMMEDIATE it would serialise every read (measured: 65 instead of 2,842).

AUTH_USER_MODEL = "parties.Person"
AUTHENTICATION_BACKENDS = ["qcy.delivery.web.accounts.EmailPasswordBackend"]
PASSWORD_HASHERS = ["qcy.delivery.web.hashers.FrugalArgon2Hasher"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 10}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "/me/cases/"

ACCOUNT_ADAPTER = "qcy.delivery.web.accounts.AccountAdapter"
ACCOUNT_LOGIN_METHODS = {"email"}  # staff; firms sign in by code
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*", "phone"]
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_USER_MODEL_EMAIL_FIELD = None
ACCOUNT_LOGIN_BY_CODE_ENABLED = True
ACCOUNT_LOGIN_BY_CODE_MAX_ATTEMPTS = 5
ACCOUNT_LOGIN_BY_CODE_TIMEOUT = 300
ACCOUNT_LOGIN_BY_CODE_SUPPORTS_RESEND = True
ACCOUNT_PHONE_VERIFICATION_ENABLED = False  # the code that signs in is the proof of the phone
ACCOUNT_PREVENT_ENUMERATION = True
ACCOUNT_RATE_LIMITS = {  # a whole park may sit behind one address: strict for one account, patient for an address
    "verify": "30/m/ip",
    "complain": "10/m/ip",
    "complaint_answer": "30/m/ip",
    "login_failed": "100/m/ip,5/5m/key",
    "request_login_code": "120/m/ip,3/m/key",
}
ACCOUNT_SESSION_REMEMBER = True
ACCOUNT_LOGOUT_REDIRECT_URL = "/"
ACCOUNT_LOGIN_BY_CODE_FORMAT = {"numeric": True, "dashed": False, "length": 6}
ACCOUNT_PHONE_VERIFICATION_CODE_FORMAT = {"numeric": True, "dashed": False, "length": 6}

SESSION_COOKIE_AGE = int(timedelta(days=14).total_seconds())
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
CSRF_FAILURE_VIEW = "qcy.delivery.web.errors.csrf_failure"

LANGUAGE_CODE = "zh-hans"
LANGUAGES = [("zh-hans", "简体"), ("zh-hant", "繁體"), ("en", "English")]  # ADR 24
LOCALE_PATHS = [ROOT / "qcy" / "locale"]
USE_I18N = True
TIME_ZONE = "Asia/Shanghai"
USE_TZ = True

STATIC_URL = "/static/"
STATIC_ROOT = VAR / "static"
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"},
}

DATA_UPLOAD_MAX_MEMORY_SIZE = 2 * 1024 * 1024
FILE_UPLOAD_HANDLERS = ["qcy.delivery.web.uploads.LimitedUploadHandler"]
X_FRAME_OPTIONS = "DENY"
SECURE_REFERRER_POLICY = "same-origin"
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [SELF],
        "img-src": [SELF, "data:"],
        "object-src": [NONE],
        "base-uri": [NONE],
        "form-action": [SELF],
        "frame-ancestors": [NONE],
    }
}

CACHES = {"default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}}
EMAIL_BACKEND = "django.core.mail.backends.console.EmailBackend"
DEFAULT_FROM_EMAIL = "no-reply@localhost"

QCY_VAR = VAR
QCY_KEYS = VAR / "keys"
QCY_FILES = VAR / "files"
QCY_SEEDS = ROOT / "seeds"
QCY_PUBLIC_URL = os.environ.get("QCY_PUBLIC_URL", "http://127.0.0.1:8000")
QCY_FREEZE_NOW = os.environ.get("QCY_FREEZE_NOW", "")  # tests and pictures only
QCY_APPLICATION_FILTER = True  # tests of row security switch the first layer off
QCY_APPLICATION_ROLE = os.environ.get("QCY_APPLICATION_ROLE", "")
QCY_SMS_SENDER = os.environ.get("QCY_SMS_SENDER", "")  # dotted path of a messages.sms.Sender
QCY_SHOW_CODES = False  # development prints one-time codes
QCY_GALLERY = False
QCY_UPLOAD_MOST_BYTES = 25 * 1024 * 1024
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "handlers": {"console": {"class": "logging.StreamHandler"}},
    "root": {"handlers": ["console"], "level": "WARNING"},
}
