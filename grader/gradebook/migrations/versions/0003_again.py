"""Evidence may be collected again under one key, and a file may have more than 2 GiB."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Widen a constraint and a column."""
    with op.batch_alter_table("evidence") as table:
        table.drop_constraint("uq_evidence_submission_id_key", type_="unique")
        table.create_unique_constraint(
            "uq_evidence_submission_id_key_sha256", ["submission_id", "key", "sha256"]
        )
    with op.batch_alter_table("submission_file") as table:
        table.alter_column("bytes", type_=sa.BigInteger(), existing_type=sa.Integer())
