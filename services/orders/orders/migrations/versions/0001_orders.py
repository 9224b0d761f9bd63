"""The orders table."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Create the table as it was on the first day; the models may have moved on."""
    op.create_table(
        "orders",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("sku", sa.String(64), nullable=False),
        sa.Column("quantity", sa.Integer(), nullable=False),
        sa.Column("currency", sa.String(3), nullable=False),
        sa.Column("status", sa.String(16), nullable=False),
        sa.Column("price", sa.Numeric(14, 2)),
        sa.Column("reason", sa.String(200)),
        sa.Column(
            "created_at",
            sa.DateTime(timezone=True),
            server_default=sa.func.clock_timestamp(),
            nullable=False,
        ),
        sa.PrimaryKeyConstraint("id", name="pk_orders"),
        sa.CheckConstraint("quantity > 0", name="ck_orders_quantity_positive"),
        sa.CheckConstraint(
            "status IN ('pending', 'priced', 'failed')", name="ck_orders_status_known"
        ),
        sa.CheckConstraint(
            "(status = 'priced') = (price IS NOT NULL)", name="ck_orders_priced_has_price"
        ),
        sa.CheckConstraint(
            "(status = 'failed') = (reason IS NOT NULL)", name="ck_orders_failed_has_reason"
        ),
    )
    op.create_index("ix_orders_created_at", "orders", ["created_at"])


def downgrade() -> None:
    """Drop the table with all orders."""
    op.drop_table("orders")
