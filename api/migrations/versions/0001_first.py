"""Structures, places, guidance, cases and attachments."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

ROW_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
SQLITE_SEARCH = "CREATE VIRTUAL TABLE guidance_search USING fts5(slug UNINDEXED, title, body)"
POSTGRES_SEARCH = (
    "CREATE TABLE guidance_search (slug varchar(80) NOT NULL, document tsvector NOT NULL,"
    " CONSTRAINT pk_guidance_search PRIMARY KEY (slug))",
    "CREATE INDEX ix_guidance_search_document ON guidance_search USING gin (document)",
)


def upgrade() -> None:
    op.create_table(
        "guidance_articles",
        sa.Column("slug", sa.String(length=80), nullable=False),
        sa.Column("category", sa.String(length=40), nullable=False),
        sa.Column("name_ar", sa.String(length=300), nullable=False),
        sa.Column("name_fr", sa.String(length=300), nullable=False),
        sa.Column("facts", sa.JSON(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("slug", name=op.f("pk_guidance_articles")),
    )
    op.create_index(op.f("ix_guidance_articles_category"), "guidance_articles", ["category"], unique=False)
    op.create_table(
        "idempotency_keys",
        sa.Column("id", ROW_ID, nullable=False),
        sa.Column("scope", sa.String(length=64), nullable=False),
        sa.Column("key", sa.String(length=200), nullable=False),
        sa.Column("body_hash", sa.String(length=64), nullable=False),
        sa.Column("answer", sa.JSON(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_idempotency_keys")),
        sa.UniqueConstraint("scope", "key", name=op.f("uq_idempotency_keys_scope_key")),
    )
    op.create_index(op.f("ix_idempotency_keys_created_at"), "idempotency_keys", ["created_at"], unique=False)
    op.create_table(
        "places",
        sa.Column("slug", sa.String(length=80), nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("governorate", sa.String(length=80), nullable=True),
        sa.Column("name_ar", sa.String(length=200), nullable=False),
        sa.Column("name_fr", sa.String(length=200), nullable=False),
        sa.Column("code", sa.String(length=8), nullable=True),
        sa.Column("latitude", sa.Double(), nullable=True),
        sa.Column("longitude", sa.Double(), nullable=True),
        sa.Column("later", sa.Boolean(), nullable=False),
        sa.Column("delegations", sa.JSON(), nullable=False),
        sa.Column("aliases", sa.JSON(), nullable=False),
        sa.Column("search_text", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["governorate"], ["places.slug"], name=op.f("fk_places_governorate")),
        sa.PrimaryKeyConstraint("slug", name=op.f("pk_places")),
    )
    op.create_index(op.f("ix_places_governorate"), "places", ["governorate"], unique=False)
    op.create_index(op.f("ix_places_kind"), "places", ["kind"], unique=False)
    op.create_table(
        "rate_counters",
        sa.Column("key", sa.String(length=200), nullable=False),
        sa.Column("count", sa.Integer(), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_rate_counters")),
    )
    op.create_index(op.f("ix_rate_counters_expires_at"), "rate_counters", ["expires_at"], unique=False)
    op.create_table(
        "seeds",
        sa.Column("name", sa.String(length=40), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_seeds")),
    )
    op.create_table(
        "structures",
        sa.Column("slug", sa.String(length=80), nullable=False),
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("parent", sa.String(length=80), nullable=True),
        sa.Column("governorate", sa.String(length=80), nullable=True),
        sa.Column("name_ar", sa.String(length=300), nullable=False),
        sa.Column("name_fr", sa.String(length=300), nullable=False),
        sa.Column("short_ar", sa.String(length=300), nullable=True),
        sa.Column("short_fr", sa.String(length=300), nullable=True),
        sa.Column("website", sa.String(length=300), nullable=True),
        sa.Column("closed", sa.Boolean(), nullable=False),
        sa.Column("confidence", sa.String(length=10), nullable=False),
        sa.Column("needs_review", sa.Boolean(), nullable=False),
        sa.Column("handles", sa.JSON(), nullable=False),
        sa.Column("aliases", sa.JSON(), nullable=False),
        sa.Column("sources", sa.JSON(), nullable=False),
        sa.Column("search_text", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["parent"], ["structures.slug"], name=op.f("fk_structures_parent")),
        sa.PrimaryKeyConstraint("slug", name=op.f("pk_structures")),
    )
    op.create_index(op.f("ix_structures_governorate"), "structures", ["governorate"], unique=False)
    op.create_index(op.f("ix_structures_kind"), "structures", ["kind"], unique=False)
    op.create_index(op.f("ix_structures_parent"), "structures", ["parent"], unique=False)
    op.create_table(
        "cases",
        sa.Column("id", ROW_ID, nullable=False),
        sa.Column("reference", sa.String(length=20), nullable=False),
        sa.Column("kind", sa.String(length=32), nullable=False),
        sa.Column("status", sa.String(length=32), nullable=False),
        sa.Column("structure_slug", sa.String(length=80), nullable=False),
        sa.Column("governorate", sa.String(length=80), nullable=True),
        sa.Column("delegation", sa.String(length=80), nullable=True),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("description", sa.Text(), nullable=False),
        sa.Column("language", sa.String(length=32), nullable=False),
        sa.Column("anonymous", sa.Boolean(), nullable=False),
        sa.Column("place_words", sa.Text(), nullable=True),
        sa.Column("latitude", sa.Double(), nullable=True),
        sa.Column("longitude", sa.Double(), nullable=True),
        sa.Column("code_hash", sa.String(length=64), nullable=False),
        sa.Column("merged_into", sa.String(length=20), nullable=True),
        sa.Column("answer_by", sa.Date(), nullable=False),
        sa.Column("reply_by", sa.Date(), nullable=True),
        sa.Column("filed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("last_event_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["delegation"], ["places.slug"], name=op.f("fk_cases_delegation")),
        sa.ForeignKeyConstraint(["governorate"], ["places.slug"], name=op.f("fk_cases_governorate")),
        sa.ForeignKeyConstraint(
            ["structure_slug"], ["structures.slug"], name=op.f("fk_cases_structure_slug")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_cases")),
        sa.UniqueConstraint("reference", name=op.f("uq_cases_reference")),
    )
    op.create_index(op.f("ix_cases_status"), "cases", ["status"], unique=False)
    op.create_index(op.f("ix_cases_structure_slug"), "cases", ["structure_slug"], unique=False)
    op.create_table(
        "guidance_versions",
        sa.Column("slug", sa.String(length=80), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("author", sa.String(length=80), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("facts", sa.JSON(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(["slug"], ["guidance_articles.slug"], name=op.f("fk_guidance_versions_slug")),
        sa.PrimaryKeyConstraint("slug", "version", name=op.f("pk_guidance_versions")),
    )
    op.create_table(
        "attachments",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("case_id", ROW_ID, nullable=True),
        sa.Column("channel_identity", sa.String(length=300), nullable=True),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("media_type", sa.String(length=80), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("seconds", sa.Double(), nullable=True),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name=op.f("fk_attachments_case_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_attachments")),
    )
    op.create_index(op.f("ix_attachments_case_id"), "attachments", ["case_id"], unique=False)
    op.create_index(op.f("ix_attachments_digest"), "attachments", ["digest"], unique=False)
    op.create_table(
        "case_claimants",
        sa.Column("case_id", ROW_ID, nullable=False),
        sa.Column("channel_identity", sa.String(length=300), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=True),
        sa.Column("phone", sa.String(length=20), nullable=True),
        sa.Column("email", sa.String(length=320), nullable=True),
        sa.Column("national_id", sa.String(length=8), nullable=True),
        sa.Column("consent_version", sa.String(length=40), nullable=True),
        sa.Column("consent_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["case_id"], ["cases.id"], name=op.f("fk_case_claimants_case_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("case_id", name=op.f("pk_case_claimants")),
    )
    op.create_index(
        op.f("ix_case_claimants_channel_identity_case_id"),
        "case_claimants",
        ["channel_identity", "case_id"],
        unique=False,
    )
    op.create_table(
        "case_events",
        sa.Column("id", ROW_ID, nullable=False),
        sa.Column("case_id", ROW_ID, nullable=False),
        sa.Column("type", sa.String(length=32), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("author_kind", sa.String(length=32), nullable=False),
        sa.Column("author", sa.String(length=120), nullable=True),
        sa.Column("audience", sa.String(length=32), nullable=False),
        sa.Column("structure_slug", sa.String(length=80), nullable=True),
        sa.Column("text", sa.Text(), nullable=True),
        sa.Column("data", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(
            ["case_id"], ["cases.id"], name=op.f("fk_case_events_case_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["structure_slug"], ["structures.slug"], name=op.f("fk_case_events_structure_slug")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_case_events")),
    )
    op.create_index(op.f("ix_case_events_case_id_id"), "case_events", ["case_id", "id"], unique=False)
    _create_search()


def _create_search() -> None:
    # Full-text search is each database's own: FTS5 there, tsvector here; api/guidance/search.py asks both.
    statements = (SQLITE_SEARCH,) if op.get_bind().dialect.name == "sqlite" else POSTGRES_SEARCH
    for statement in statements:
        op.execute(statement)


def downgrade() -> None:
    op.execute("DROP TABLE guidance_search")
    op.drop_index(op.f("ix_case_events_case_id_id"), table_name="case_events")
    op.drop_table("case_events")
    op.drop_index(op.f("ix_case_claimants_channel_identity_case_id"), table_name="case_claimants")
    op.drop_table("case_claimants")
    op.drop_index(op.f("ix_attachments_digest"), table_name="attachments")
    op.drop_index(op.f("ix_attachments_case_id"), table_name="attachments")
    op.drop_table("attachments")
    op.drop_table("guidance_versions")
    op.drop_index(op.f("ix_cases_structure_slug"), table_name="cases")
    op.drop_index(op.f("ix_cases_status"), table_name="cases")
    op.drop_table("cases")
    op.drop_index(op.f("ix_structures_parent"), table_name="structures")
    op.drop_index(op.f("ix_structures_kind"), table_name="structures")
    op.drop_index(op.f("ix_structures_governorate"), table_name="structures")
    op.drop_table("structures")
    op.drop_table("seeds")
    op.drop_index(op.f("ix_rate_counters_expires_at"), table_name="rate_counters")
    op.drop_table("rate_counters")
    op.drop_index(op.f("ix_places_kind"), table_name="places")
    op.drop_index(op.f("ix_places_governorate"), table_name="places")
    op.drop_table("places")
    op.drop_index(op.f("ix_idempotency_keys_created_at"), table_name="idempotency_keys")
    op.drop_table("idempotency_keys")
    op.drop_index(op.f("ix_guidance_articles_category"), table_name="guidance_articles")
    op.drop_table("guidance_articles")
