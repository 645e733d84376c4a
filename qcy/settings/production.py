"""Behind a proxy with TLS. Secrets come from `QCY_VAR/keys`, addresses from the environment."""

import os

from .base import *  # noqa: F403

ALLOWED_HOSTS = os.environ["QCY_HOSTS"].split(",")
CSRF_TRUSTED_ORIGINS = [f"https://{host}" for host in ALLOWED_HOSTS]
SESSION_COOKIE_SECURE = True
CSRF_COOKIE_SECURE = True
SECURE_SSL_REDIRECT = True
SECURE_HSTS_SECONDS = 31_536_000
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
QCY_GALLERY = False
