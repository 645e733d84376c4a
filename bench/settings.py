"""The product's own settings plus the addresses of the floors."""

from qcy.settings.development import *  # noqa: F403

ROOT_URLCONF = "bench.urls"
# the limit per client address stays what it is; the load generator speaks for many clients
ALLAUTH_TRUSTED_CLIENT_IP_HEADER = "X-Bench-Client"
