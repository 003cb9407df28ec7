-- CreateEnum
CREATE TYPE "asset_status" AS ENUM ('ONLINE', 'OFFLINE', 'MAINTENANCE', 'DECOMMISSIONED');

-- AlterTable
ALTER TABLE "work_order" ADD COLUMN     "asset_id" TEXT;

-- CreateTable
CREATE TABLE "asset_type" (
    "id" TEXT NOT NULL,
    "organization_id" TEXT NOT NULL,
    "name" TEXT NOT NULL,
    "description" TEXT,
    "version" INTEGER NOT NULL DEFAULT 1,
    "created" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "updated" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "asset_type_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "asset" (
    "id" TEXT NOT NULL,
    "organization_id" TEXT NOT NULL,
    "name" TEXT NOT NULL,
    "description" TEXT,
    "asset_type_id" TEXT NOT NULL,
    "location_id" TEXT NOT NULL,
    "parent_id" TEXT,
    "status" "asset_status" NOT NULL DEFAULT 'ONLINE',
    "status_changed_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "metadata" JSONB NOT NULL DEFAULT '{}',
    "purchase_cost_cents" BIGINT,
    "purchased_at" TIMESTAMPTZ(3),
    "warranty_ends_at" TIMESTAMPTZ(3),
    "external_id" TEXT,
    "archived_at" TIMESTAMPTZ(3),
    "deleted_at" TIMESTAMPTZ(3),
    "version" INTEGER NOT NULL DEFAULT 1,
    "created" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "updated" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "asset_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "asset_status_span" (
    "organization_id" TEXT NOT NULL,
    "asset_id" TEXT NOT NULL,
    "status" "asset_status" NOT NULL,
    "started_at" TIMESTAMPTZ(3) NOT NULL,
    "ended_at" TIMESTAMPTZ(3),
    "ordinal" BIGSERIAL NOT NULL,

    CONSTRAINT "asset_status_span_pkey" PRIMARY KEY ("asset_id","ordinal")
);

-- CreateIndex
CREATE UNIQUE INDEX "asset_type_organization_id_id_key" ON "asset_type"("organization_id", "id");

-- CreateIndex
CREATE UNIQUE INDEX "asset_type_organization_id_name_key" ON "asset_type"("organization_id", "name");

-- CreateIndex
CREATE INDEX "asset_organization_id_created_id_idx" ON "asset"("organization_id", "created", "id");

-- CreateIndex
CREATE INDEX "asset_organization_id_name_id_idx" ON "asset"("organization_id", "name", "id");

-- CreateIndex
CREATE INDEX "asset_organization_id_location_id_idx" ON "asset"("organization_id", "location_id");

-- CreateIndex
CREATE INDEX "asset_organization_id_asset_type_id_idx" ON "asset"("organization_id", "asset_type_id");

-- CreateIndex
CREATE INDEX "asset_organization_id_parent_id_idx" ON "asset"("organization_id", "parent_id");

-- CreateIndex
CREATE UNIQUE INDEX "asset_organization_id_id_key" ON "asset"("organization_id", "id");

-- CreateIndex
CREATE INDEX "work_order_organization_id_asset_id_idx" ON "work_order"("organization_id", "asset_id");

-- AddForeignKey
ALTER TABLE "asset_type" ADD CONSTRAINT "asset_type_organization_id_fkey" FOREIGN KEY ("organization_id") REFERENCES "organization"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "asset" ADD CONSTRAINT "asset_organization_id_fkey" FOREIGN KEY ("organization_id") REFERENCES "organization"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "asset" ADD CONSTRAINT "asset_organization_id_asset_type_id_fkey" FOREIGN KEY ("organization_id", "asset_type_id") REFERENCES "asset_type"("organization_id", "id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "asset" ADD CONSTRAINT "asset_organization_id_location_id_fkey" FOREIGN KEY ("organization_id", "location_id") REFERENCES "location"("organization_id", "id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "asset" ADD CONSTRAINT "asset_organization_id_parent_id_fkey" FOREIGN KEY ("organization_id", "parent_id") REFERENCES "asset"("organization_id", "id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "asset_status_span" ADD CONSTRAINT "asset_status_span_organization_id_asset_id_fkey" FOREIGN KEY ("organization_id", "asset_id") REFERENCES "asset"("organization_id", "id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "work_order" ADD CONSTRAINT "work_order_organization_id_asset_id_fkey" FOREIGN KEY ("organization_id", "asset_id") REFERENCES "asset"("organization_id", "id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- What follows cannot be said in the Prisma schema.

-- An id of another system belongs to one asset at a time; a deleted one gives it free.
CREATE UNIQUE INDEX "asset_external_id_partial" ON "asset" ("organization_id", "external_id")
  WHERE "external_id" IS NOT NULL AND "deleted_at" IS NULL;

-- At most one status at a time.
CREATE UNIQUE INDEX "asset_status_span_current_partial" ON "asset_status_span" ("asset_id")
  WHERE "ended_at" IS NULL;

-- The words of an asset: punctuation parts words, so that a piece of a serial number is found. The
-- collation knows letters beyond ASCII whatever the database was made with.
CREATE FUNCTION asset_words(name TEXT, description TEXT, external_id TEXT, metadata JSONB)
RETURNS TSVECTOR LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
  SELECT to_tsvector('simple', regexp_replace(lower((
    name || ' ' || coalesce(description, '') || ' ' || coalesce(external_id, '') || ' ' ||
    jsonb_path_query_array(metadata, '$.*')::text) COLLATE "pg_c_utf8"),
    '[^[:alnum:]]+', ' ', 'g'))
$$;
CREATE INDEX "asset_words_partial" ON "asset"
  USING gin (asset_words("name", "description", "external_id", "metadata")) WHERE "deleted_at" IS NULL;

ALTER TABLE "asset" ADD CONSTRAINT "asset_purchase_cost_cents_check" CHECK ("purchase_cost_cents" >= 0);
