from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.test import Client

from qcy.foundation.database.scope import unscoped
from qcy.foundation.parties.actor import Actor
from qcy.foundation.parties.models import Person
from tests.world import World

SignIn = Callable[[Actor], Client]


@pytest.fixture
def sign_in(world: World, settings: Any) -> SignIn:
    """A browser with the session of this actor; signing in itself is walked in tests/browser."""

    def make(actor: Actor) -> Client:
        client = Client()
        session = client.session
        with unscoped("test"):
            person = Person.objects.get(pk=actor.me)
        session[SESSION_KEY] = str(person.pk)
        session[BACKEND_SESSION_KEY] = settings.AUTHENTICATION_BACKENDS[0]
        session[HASH_SESSION_KEY] = person.get_session_auth_hash()
        session.save()
        return client

    return make
