"""Test databases on PostgreSQL: a server that OPENLK_TEST_DATABASE_URL names, else one of our own for this run."""

import os
import secrets
from urllib.parse import quote, urlsplit

import psycopg
from psycopg import sql

from tests.support.cluster import Cluster
from tests.support.databases import TEMPLATE, Databases


class PostgresDatabases(Databases):
    """Two roles as in production: the owner migrates, the application reads and writes rows and owns nothing."""

    def __init__(self, server_url: str) -> None:
        """`server_url`: of a role that may create roles and databases; empty: start a server of our own."""
        super().__init__()
        self._cluster = None if server_url else Cluster()
        self._server_url = self._cluster.url if self._cluster else server_url
        # Roles belong to the whole server: on a shared one, two runs at once must not meet.
        self._mark = "" if self._cluster else f"_{os.getpid()}_{secrets.token_hex(3)}"
        self._password = secrets.token_hex(16)
        self._made: list[str] = []

    @property
    def owner(self) -> str:
        """The role that migrates."""
        return f"openlk_owner{self._mark}"

    @property
    def application(self) -> str:
        """The role that tests run as."""
        return f"openlk_app{self._mark}"

    def _name(self, name: str) -> str:
        return f"openlk_{name}{self._mark}"

    def _url(self, role: str, name: str) -> str:
        parts = urlsplit(self._server_url)
        netloc = f"{role}:{self._password}@{parts.netloc.rpartition('@')[2]}"
        return parts._replace(netloc=netloc, path=f"/{quote(self._name(name))}").geturl()

    def url(self, name: str) -> str:
        return self._url(self.application, name)

    def owner_url(self, name: str) -> str:
        return self._url(self.owner, name)

    def _execute(self, *statements: sql.Composed) -> None:
        with psycopg.connect(self._server_url, autocommit=True) as connection:
            for statement in statements:
                connection.execute(statement)

    def _create(self, name: str, template: str) -> None:
        self._made.append(name)
        self._execute(
            sql.SQL("CREATE DATABASE {} OWNER {} TEMPLATE {}").format(
                sql.Identifier(self._name(name)), sql.Identifier(self.owner), sql.Identifier(template)
            )
        )

    def start(self) -> None:
        if self._cluster:
            self._cluster.start()
        rights = sql.SQL("LOGIN NOSUPERUSER NOBYPASSRLS NOCREATEDB NOCREATEROLE PASSWORD {}").format(self._password)
        self._execute(
            *(
                sql.SQL("CREATE ROLE {} {}").format(sql.Identifier(role), rights)
                for role in (self.owner, self.application)
            ),
            sql.SQL("GRANT {} TO CURRENT_USER").format(sql.Identifier(self.owner)),
        )
        self._create(TEMPLATE, "template1")

    def copy(self, name: str) -> None:
        self._create(name, self._name(TEMPLATE))

    def drop(self, name: str) -> None:
        self._execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(self._name(name))))
        self._made.remove(name)

    def stop(self) -> None:
        if self._cluster:
            self._cluster.stop()
            return
        for name in list(self._made):
            self.drop(name)
        roles = (self.application, self.owner)
        self._execute(*(sql.SQL("DROP ROLE {}").format(sql.Identifier(role)) for role in roles))
