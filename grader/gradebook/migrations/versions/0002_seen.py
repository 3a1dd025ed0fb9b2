"""Hashes of files that have not changed are remembered, so that a second run need not read them."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the table."""
    op.create_table(
        "seen",
        sa.Column("path", sa.Text(), primary_key=True, nullable=False),
        sa.Column("stamp", sa.Text(), nullable=False),
        sa.Column("sha256", sa.String(64), nullable=False),
    )
