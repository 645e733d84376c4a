from django.contrib.auth.hashers import Argon2PasswordHasher


class FrugalArgon2Hasher(Argon2PasswordHasher):
    """OWASP's m=19 MiB, t=2, p=1: Django's default costs 7 times the CPU and 100 MiB a login."""

    time_cost = 2
    memory_cost = 19_456
    parallelism = 1
