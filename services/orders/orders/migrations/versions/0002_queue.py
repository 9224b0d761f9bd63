"""The queue's tables: Procrastinate's own migrations up to its version 3.4.

Its numbered files are applied, not its `schema.sql`: that one changes with the installed version,
so that a new database would differ from one that was upgraded. When a newer Procrastinate brings
newer files, a new migration here applies those between this `LAST` and its own.
"""

from pathlib import Path

from alembic import op
from procrastinate.schema import SchemaManager
from sqlalchemy import text

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

LAST = "03.04.00_50_post_add_retry_failed_job_procedure.sql"


def upgrade() -> None:
    """Apply the files in their order."""
    for path in sorted(Path(SchemaManager.get_migrations_path()).glob("*.sql")):
        if path.name <= LAST:
            # A colon before a name would be a bind parameter.
            op.execute(text(path.read_text(encoding="utf-8").replace(":", r"\:")))


def downgrade() -> None:
    """Drop all that is Procrastinate's, with the jobs that are in the queue."""
    op.execute(
        r"""
        DO $$
        DECLARE
            drop_it text;
        BEGIN
            FOR drop_it IN
                SELECT format('DROP FUNCTION %s CASCADE', oid\:\:regprocedure)
                FROM pg_proc WHERE proname LIKE 'procrastinate\_%'
                UNION ALL
                SELECT format('DROP TABLE %s CASCADE', oid\:\:regclass)
                FROM pg_class WHERE relkind = 'r' AND relname LIKE 'procrastinate\_%'
                UNION ALL
                SELECT format('DROP TYPE %s', oid\:\:regtype)
                FROM pg_type WHERE typtype = 'e' AND typname LIKE 'procrastinate\_%'
                UNION ALL
                SELECT format('DROP TYPE %s', reltype\:\:regtype)
                FROM pg_class WHERE relkind = 'c' AND relname LIKE 'procrastinate\_%'
            LOOP
                EXECUTE drop_it;
            END LOOP;
        END;
        $$
        """
    )
