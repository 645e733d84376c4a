"""Contacts at rest: SM4-GCM for the value, a keyed hash for looking it up (GM/T 0002; 等保 2.0)."""

from __future__ import annotations

import base64
import hmac
import os
from hashlib import sha256

from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

from qcy.foundation.keys import key

NONCE_BYTES = 12
TAG_BYTES = 16


def seal(text: str) -> str:
    nonce = os.urandom(NONCE_BYTES)
    encryptor = Cipher(_sm4(), modes.GCM(nonce)).encryptor()
    body = encryptor.update(text.encode()) + encryptor.finalize()
    return base64.b64encode(nonce + encryptor.tag + body).decode("ascii")


def unseal(sealed: str) -> str:
    """The text again; raises InvalidTag when a byte was changed."""
    raw = base64.b64decode(sealed)
    nonce, tag, body = (
        raw[:NONCE_BYTES],
        raw[NONCE_BYTES : NONCE_BYTES + TAG_BYTES],
        raw[NONCE_BYTES + TAG_BYTES :],
    )
    decryptor = Cipher(_sm4(), modes.GCM(nonce, tag)).decryptor()
    return (decryptor.update(body) + decryptor.finalize()).decode()


def lookup(kind: str, text: str) -> str:
    return hmac.new(key("lookup"), f"{kind}:{text}".encode(), sha256).hexdigest()


def _sm4() -> algorithms.SM4:
    return algorithms.SM4(key("contacts")[:16])


def mask_phone(phone: str) -> str:
    """138****1234: the first three and the last four stay."""
    return f"{phone[:3]}****{phone[-4:]}" if len(phone) >= 7 else "****"


def mask_email(address: str) -> str:
    """z***@example.com: the first character and the domain stay."""
    name, _, domain = address.partition("@")
    return f"{name[:1]}***@{domain}"


def mask_name(name: str) -> str:
    """张**: the first character stays."""
    return name[:1] + "*" * min(max(len(name) - 1, 1), 2) if name else ""
