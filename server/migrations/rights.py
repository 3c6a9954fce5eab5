"""What the application role may do. It owns nothing; what must stay as written it may only add to and read."""

from __future__ import annotations

from typing import Final

from sqlalchemy import Connection, text

# Tables that are evidence: written once, never changed by the application.
APPEND_ONLY: Final = frozenset(
    {
        "audit_rows",
        "audit_positions",
        "audit_heads",
        "signatures",
        "record_reads",
        "note_versions",
        "prescription_steps",
        "cooperation_steps",
        "cooperation_scans",
        "remote_steps",
        "plan_confirmations",
        "counselling_notes",
        "review_decisions",
        "review_messages",
        "opinion_versions",
        "consultation_reports",
        "imaging_order_steps",
        "imaging_critical_calls",
        "imaging_report_versions",
    }
)
READ_ONLY: Final = frozenset({"alembic_version"})
_OWN_AUDIT_COLUMNS: Final = (
    "SELECT quote_ident(column_name) FROM information_schema.columns"
    " WHERE table_schema = 'public' AND table_name = 'audit_rows' AND column_name <> 'tx'"
)


def grant_application_rights(connection: Connection, role: str) -> None:
    """State the rights anew; a no-op where the application signs in as the owner itself."""
    owner = connection.execute(text("SELECT current_user")).scalar_one()
    if role == owner:
        return
    quoted = connection.execute(text("SELECT quote_ident(:role)"), {"role": role}).scalar_one()
    tables = connection.execute(
        text("SELECT tablename FROM pg_tables WHERE schemaname = 'public' ORDER BY tablename")
    ).scalars()
    run = connection.exec_driver_sql
    run(f"GRANT USAGE ON SCHEMA public TO {quoted}")
    for table in tables:
        run(f'REVOKE ALL ON TABLE public."{table}" FROM {quoted}')
        run(f'GRANT {_rights(table)} ON TABLE public."{table}" TO {quoted}')
    # The transaction a row belongs to is the database's to say: no value of the application's may stand there.
    columns = connection.execute(text(_OWN_AUDIT_COLUMNS)).scalars()
    own = ", ".join(columns)
    run(f"REVOKE INSERT ON TABLE public.audit_rows FROM {quoted}")
    run(f"GRANT INSERT ({own}) ON TABLE public.audit_rows TO {quoted}")
    run(f"GRANT USAGE, SELECT ON ALL SEQUENCES IN SCHEMA public TO {quoted}")
    run(f"GRANT EXECUTE ON ALL FUNCTIONS IN SCHEMA public TO {quoted}")


def _rights(table: str) -> str:
    if table in READ_ONLY:
        return "SELECT"
    if table in APPEND_ONLY:
        return "SELECT, INSERT"
    return "SELECT, INSERT, UPDATE, DELETE"
