"""The rights in PostgreSQL of the account that web and worker use, when it does not own the tables.

The owner can switch the guards of the audit trail off, as it can with everything it owns; this account cannot.
"""

from __future__ import annotations

from django.db import connection, transaction

_EVERYTHING = "SELECT, INSERT, UPDATE, DELETE"
_FEWER = {  # table -> rights
    "audit_auditevent": "SELECT, INSERT",
    "audit_auditseal": "SELECT, INSERT",
    "audit_unsealed": "SELECT, INSERT, DELETE",  # where the database notes what it has to seal at commit
    "django_migrations": "SELECT",
    "django_content_type": "SELECT",
}


class RoleUnfit(Exception):
    """There is no such role, it cannot be limited, or the database is not PostgreSQL."""


@transaction.atomic
def limit(role: str) -> None:
    """Give `role` what web and worker need, and take everything else from it. To be repeated after each migration.

    Asked as the owner of the tables. Raises RoleUnfit.
    """
    if connection.vendor != "postgresql":
        raise RoleUnfit("Only PostgreSQL has roles.")
    with connection.cursor() as cursor:
        cursor.execute("SELECT rolsuper FROM pg_roles WHERE rolname = %s", [role])
        row = cursor.fetchone()
        if row is None:
            raise RoleUnfit(f"There is no role {role}: CREATE ROLE {role} LOGIN PASSWORD '...'")
        if row[0]:
            raise RoleUnfit(f"{role} is a superuser, whom nothing limits. Make another role.")
        name = connection.ops.quote_name(role)
        for statement in _statements(connection.introspection.table_names(cursor)):
            cursor.execute(statement.format(role=name))


def _statements(tables: list[str]) -> list[str]:
    """Return the statements, with `{role}` for the name of the account."""
    statements = [
        "REVOKE ALL ON ALL TABLES IN SCHEMA public FROM {role}",
        "REVOKE ALL ON SCHEMA public FROM {role}",
        "GRANT USAGE ON SCHEMA public TO {role}",
        "GRANT USAGE, SELECT ON ALL SEQUENCES IN SCHEMA public TO {role}",
    ]
    for table in tables:
        rights, quoted = _FEWER.get(table, _EVERYTHING), connection.ops.quote_name(table)
        statements.append(f"GRANT {rights} ON {quoted} TO {{role}}")
    return statements
