"""A key is made once, whoever asks first."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from qcy.foundation.keys import KEY_BYTES, read_or_make

ASKING = 16


def test_threads_that_ask_together_agree_on_one_key(tmp_path: Path) -> None:
    for name in range(20):
        path = tmp_path / "keys" / f"{name}.key"
        with ThreadPoolExecutor(ASKING) as pool:
            keys = set(pool.map(lambda _, path=path: read_or_make(path), range(ASKING)))
        assert len(keys) == 1 and len(keys.pop()) == KEY_BYTES
    assert {p.suffix for p in (tmp_path / "keys").iterdir()} == {".key"}
    assert {p.stat().st_mode & 0o777 for p in (tmp_path / "keys").iterdir()} == {0o600}
