"""SQLite with our compilers, and fair turns for writers of one process.

SQLite's own waiting polls with growing sleeps, so with several threads a late writer may overtake an early one
many times (p99 was 4.4 times p50). Threads of a process queue for the turn; other processes still meet at the file.
"""

from __future__ import annotations

import threading
from typing import Any

from django.db.backends.sqlite3 import base
from django.db.backends.sqlite3.operations import DatabaseOperations as SQLiteOperations

TURN = threading.Lock()
TURN_SECONDS = 20  # as long as SQLite itself would wait


class DatabaseOperations(SQLiteOperations):
    compiler_module = "qcy.foundation.database.sqlite.compiler"


class DatabaseWrapper(base.DatabaseWrapper):
    ops_class = DatabaseOperations
    has_turn = False

    def _start_transaction_under_autocommit(self) -> None:
        self.has_turn = TURN.acquire(timeout=TURN_SECONDS)
        try:
            super()._start_transaction_under_autocommit()  # type: ignore[misc]
        except BaseException:
            self._end_turn()
            raise

    def _commit(self) -> Any:
        try:
            return super()._commit()  # type: ignore[misc]
        finally:
            self._end_turn()

    def _rollback(self) -> Any:
        try:
            return super()._rollback()  # type: ignore[misc]
        finally:
            self._end_turn()

    def _close(self) -> Any:
        try:
            return super()._close()  # type: ignore[misc]
        finally:
            self._end_turn()

    def _end_turn(self) -> None:
        if self.has_turn:
            self.has_turn = False
            TURN.release()
