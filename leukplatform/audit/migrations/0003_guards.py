"""The database keeps the trail itself: it seals each event at commit and refuses to change or delete anything.

Why PostgreSQL takes two steps: the chain has one end, so sealing needs a lock. Taken while a transaction still has
other locks to wait for (the checks of its foreign keys are made at commit too), it could end in a deadlock. The first
step only notes the event; what it queues runs after everything else the commit had to do, and there the lock is taken.
"""

from django.db import migrations

POSTGRESQL = """
CREATE FUNCTION audit_refuse() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'The audit trail is append-only: % of % refused.', TG_OP, TG_TABLE_NAME
        USING ERRCODE = 'restrict_violation';
END $$;

CREATE TRIGGER audit_event_kept BEFORE UPDATE OR DELETE OR TRUNCATE ON audit_auditevent
    FOR EACH STATEMENT EXECUTE FUNCTION audit_refuse();
CREATE TRIGGER audit_seal_kept BEFORE UPDATE OR DELETE OR TRUNCATE ON audit_auditseal
    FOR EACH STATEMENT EXECUTE FUNCTION audit_refuse();

-- Holds a row only while its transaction commits; nothing is lost when a crash empties it.
CREATE UNLOGGED TABLE audit_unsealed (event_id bigint PRIMARY KEY, content_hash varchar(66) NOT NULL)
    WITH (autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 5000);

CREATE FUNCTION audit_note() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO audit_unsealed VALUES (NEW.id, NEW.content_hash);
    RETURN NULL;
END $$;

CREATE FUNCTION audit_seal() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    previous record;
    next_seq bigint;
    before varchar(66);
BEGIN
    PERFORM pg_advisory_xact_lock(418581342580);  -- the chain's end; the letters of "audit" as a number
    SELECT seq, hash INTO previous FROM audit_auditseal ORDER BY seq DESC LIMIT 1;
    next_seq := COALESCE(previous.seq, 0) + 1;
    before := COALESCE(previous.hash, '');
    INSERT INTO audit_auditseal (seq, event_id, content_hash, previous_hash, hash)
    VALUES (next_seq, NEW.event_id, NEW.content_hash, before, '1:' || encode(sha256(convert_to(
        '1|' || next_seq || '|' || NEW.event_id || '|' || before || '|' || NEW.content_hash, 'UTF8')), 'hex'));
    DELETE FROM audit_unsealed WHERE event_id = NEW.event_id;
    RETURN NULL;
END $$;

CREATE CONSTRAINT TRIGGER audit_event_noted AFTER INSERT ON audit_auditevent
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION audit_note();
CREATE CONSTRAINT TRIGGER audit_event_sealed AFTER INSERT ON audit_unsealed
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION audit_seal();
"""

POSTGRESQL_BACK = """
DROP TRIGGER audit_event_noted ON audit_auditevent;
DROP TRIGGER audit_event_kept ON audit_auditevent;
DROP TRIGGER audit_seal_kept ON audit_auditseal;
DROP TABLE audit_unsealed;
DROP FUNCTION audit_seal();
DROP FUNCTION audit_note();
DROP FUNCTION audit_refuse();
"""

# SQLite lets one transaction write at a time, so that sealing needs no lock. SHA256 is Django's: who writes an event
# with another program is refused. INSERT OR REPLACE would delete without asking the DELETE triggers, hence the third.
SQLITE = [
    f"""
    CREATE TRIGGER {table}_{name} BEFORE {event} ON {table} {condition}
    BEGIN SELECT RAISE(ABORT, 'The audit trail is append-only: {event} of {table} refused.'); END
    """
    for table, key in (("audit_auditevent", "id"), ("audit_auditseal", "seq"))
    for name, event, condition in (
        ("kept", "UPDATE", ""),
        ("stays", "DELETE", ""),
        ("not_replaced", "INSERT", f"WHEN EXISTS (SELECT 1 FROM {table} WHERE {key} = NEW.{key})"),
    )
] + [
    """
    CREATE TRIGGER audit_event_sealed AFTER INSERT ON audit_auditevent
    BEGIN
        INSERT INTO audit_auditseal (seq, event_id, content_hash, previous_hash, hash)
        SELECT link.seq, NEW.id, NEW.content_hash, link.before, '1:' || SHA256(
            '1|' || link.seq || '|' || NEW.id || '|' || link.before || '|' || NEW.content_hash)
        FROM (
            SELECT COALESCE(MAX(seq), 0) + 1 AS seq,
                COALESCE((SELECT hash FROM audit_auditseal ORDER BY seq DESC LIMIT 1), '') AS before
            FROM audit_auditseal
        ) AS link;
    END
    """
]
SQLITE_TRIGGERS = [statement.split()[2] for statement in SQLITE]


def set_up(apps, schema_editor):
    statements = [POSTGRESQL] if schema_editor.connection.vendor == "postgresql" else SQLITE
    for statement in statements:
        schema_editor.execute(statement, params=None)


def take_down(apps, schema_editor):
    if schema_editor.connection.vendor == "postgresql":
        schema_editor.execute(POSTGRESQL_BACK, params=None)
    else:
        for name in SQLITE_TRIGGERS:
            schema_editor.execute(f"DROP TRIGGER {name}", params=None)


class Migration(migrations.Migration):

    dependencies = [
        ("audit", "0002_chain"),
    ]

    operations = [
        migrations.RunPython(set_up, take_down),
    ]
