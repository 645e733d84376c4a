#!/usr/bin/env python3
"""Verifies a dump of all records (`qcy audit dump FILE`) without the program that wrote it.

    python3 verify_dump.py FILE [PUBLIC_KEY_HEX]

Needs Python 3 and nothing else. Checks that every chain holds link by link, that every daily root follows
from the one before and is signed (when the public key is given), and that what each root vouches for is
still there. Prints the first fault and ends with 1, or prints the counts and ends with 0.
"""

import hashlib
import json
import sys
from pathlib import Path

GENESIS = "0" * 64


def canonical(value):
    return json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()


def sha(previous, value):
    return hashlib.sha256(previous.encode() + canonical(value)).hexdigest()


# --- Ed25519 (RFC 8032), verification only, straight from the definition
P = 2**255 - 19
Q = 2**252 + 27742317777372353535851937790883648493
D = -121665 * pow(121666, P - 2, P) % P
ROOT = pow(2, (P - 1) // 4, P)


def x_of(y, sign):
    square = (y * y - 1) * pow(D * y * y + 1, P - 2, P) % P
    x = pow(square, (P + 3) // 8, P)
    x = x if (x * x - square) % P == 0 else x * ROOT % P
    if (x * x - square) % P:
        raise ValueError("not a point")
    return x if x & 1 == sign else P - x


def point(raw):
    number = int.from_bytes(raw, "little")
    y, sign = number & (2**255 - 1), number >> 255
    return x_of(y, sign), y


def add(a, b):
    (x1, y1), (x2, y2) = a, b
    k = D * x1 * x2 * y1 * y2 % P
    x = (x1 * y2 + x2 * y1) * pow(1 + k, P - 2, P) % P
    return x, (y1 * y2 + x1 * x2) * pow(1 - k, P - 2, P) % P


def times(n, a):
    result = (0, 1)
    while n:
        if n & 1:
            result = add(result, a)
        a, n = add(a, a), n >> 1
    return result


BASE_Y = 4 * pow(5, P - 2, P) % P
BASE = (x_of(BASE_Y, 0), BASE_Y)


def is_signed(public, message, signature):
    if len(signature) != 64 or len(public) != 32:
        return False
    s = int.from_bytes(signature[32:], "little")
    h = int.from_bytes(hashlib.sha512(signature[:32] + public + message).digest(), "little") % Q
    try:
        return s < Q and times(s, BASE) == add(point(signature[:32]), times(h, point(public)))
    except ValueError:
        return False


def verify(lines, public):
    heads, hashes, previous, counts = {}, {}, GENESIS, [0, 0]
    for row in map(json.loads, lines):
        if "stream" in row:
            name, (length, head) = row["stream"], heads.get(row["stream"], (0, GENESIS))
            if (row["seq"], row["prev"]) != (length + 1, head) or sha(head, row["body"]) != row["hash"]:
                return f"{name} #{length + 1}: the chain is broken here"
            heads[name] = (row["seq"], row["hash"])
            hashes[name, row["seq"]] = row["hash"]
            counts[0] += 1
            continue
        if sha(previous, row["heads"]) != row["root"]:
            return f"root of {row['day']}: does not follow from the one before"
        if public and not is_signed(public, bytes.fromhex(row["root"]), bytes.fromhex(row["signature"])):
            return f"root of {row['day']}: wrong signature"
        for name, (length, head) in row["heads"].items():
            if hashes.get((name, length)) != head:
                return f"{name} #{length}: missing or changed since the root of {row['day']}"
        previous, counts[1] = row["root"], counts[1] + 1
    print(f"{len(heads)} chains, {counts[0]} events, {counts[1]} daily roots: all hold")
    return ""


if __name__ == "__main__":
    with Path(sys.argv[1]).open(encoding="utf-8") as dump:
        fault = verify(dump, bytes.fromhex(sys.argv[2]) if len(sys.argv) > 2 else b"")
    print(fault, end="\n" if fault else "")
    sys.exit(1 if fault else 0)
