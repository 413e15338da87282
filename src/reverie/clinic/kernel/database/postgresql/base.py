"""Django's PostgreSQL backend, where one transaction runs at a time, as in SQLite (IMMEDIATE).

Acts look, judge and write; that is only sound when nobody else writes between. So each transaction first
takes one lock of the whole database, which the server hands on in order of asking. Reads outside of
transactions never wait. Sources: PostgreSQL, advisory locks; psycopg 3.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.core.exceptions import ImproperlyConfigured
from django.db import DatabaseError

from reverie.clinic.kernel import trouble

try:
    import psycopg
    from django.db.backends.postgresql import base as stock
except (ImportError, ImproperlyConfigured) as error:
    raise ImproperlyConfigured(
        "DATABASE_URL names PostgreSQL, but its driver is not installed. "
        "Install it: pip install 'psycopg[binary]>=3.3'"
    ) from error

# any number, as long as every process of a clinic takes the same
ONE_WRITER = 0x52455645524945
TAKE = f"SELECT pg_advisory_xact_lock({ONE_WRITER})"


def _held(params: Any) -> Any:
    """As the server's text can hold it: no NUL, which SQLite keeps. Whoever asks for one finds nothing."""
    if isinstance(params, list | tuple):
        return [one.replace("\0", "\ufffd") if isinstance(one, str) else one for one in params]
    return params


class Cursor(stock.Cursor):
    """A cursor that notes what the server cannot do just now."""

    def execute(self, query: Any, params: Any = None, **more: Any) -> Any:
        """Run one statement."""
        try:
            return super().execute(query, _held(params), **more)  # type: ignore[misc]
        except psycopg.Error as error:
            trouble.notice(error)
            raise

    def executemany(self, query: Any, params_seq: Iterable[Any], **more: Any) -> Any:
        """Run one statement for each set of values."""
        try:
            return super().executemany(query, map(_held, params_seq), **more)  # type: ignore[misc]
        except psycopg.Error as error:
            trouble.notice(error)
            raise


class DatabaseWrapper(stock.DatabaseWrapper):
    """The stock PostgreSQL wrapper with one writer at a time."""

    def get_connection_params(self) -> dict[str, Any]:
        """The stock ones, with our cursor."""
        return {**super().get_connection_params(), "cursor_factory": Cursor}

    def get_new_connection(self, conn_params: dict[str, Any]) -> Any:
        """An open connection; one that cannot be had is noted."""
        try:
            return super().get_new_connection(conn_params)
        except psycopg.Error as error:
            trouble.notice(error)
            raise

    def set_autocommit(
        self, autocommit: bool, force_begin_transaction_with_broken_autocommit: bool = False
    ) -> None:
        """Where a transaction begins, wait for the one before it to end. Raises DatabaseError."""
        super().set_autocommit(autocommit, force_begin_transaction_with_broken_autocommit)
        if autocommit or not force_begin_transaction_with_broken_autocommit:
            return
        try:
            with self.cursor() as cursor:
                cursor.execute(TAKE)
        except DatabaseError:
            # the transaction has not begun for whoever asked, so it must not stay open
            self.close()
            raise

    def _commit(self) -> Any:
        """Commit; what a full disk refuses shows here at the latest."""
        try:
            return super()._commit()  # type: ignore[misc]
        except DatabaseError as error:
            trouble.notice(error)
            raise
