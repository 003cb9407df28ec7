-- CreateEnum
CREATE TYPE "rate_schedule_status" AS ENUM ('DRAFT', 'PUBLISHED', 'SUPERSEDED', 'EXPIRED', 'ARCHIVED');

-- CreateEnum
CREATE TYPE "rate_unit" AS ENUM ('EACH', 'M', 'M2', 'M3', 'HOUR', 'DAY', 'LOT');

-- CreateEnum
CREATE TYPE "quotation_status" AS ENUM ('DRAFT', 'SUBMITTED', 'APPROVED', 'REJECTED', 'CANCELLED');

-- AlterTable
ALTER TABLE "app_user" ADD COLUMN     "approval_limit_cents" BIGINT;

-- CreateTable
CREATE TABLE "rate_schedule" (
    "id" TEXT NOT NULL,
    "organization_id" TEXT NOT NULL,
    "name" TEXT NOT NULL,
    "description" TEXT,
    "status" "rate_schedule_status" NOT NULL DEFAULT 'DRAFT',
    "company_id" TEXT,
    "currency" CHAR(3) NOT NULL,
    "effective_from" TIMESTAMPTZ(3) NOT NULL,
    "effective_to" TIMESTAMPTZ(3) NOT NULL,
    "revision" INTEGER NOT NULL DEFAULT 1,
    "supersedes_id" TEXT,
    "superseded_at" TIMESTAMPTZ(3),
    "item_count" INTEGER NOT NULL DEFAULT 0,
    "published_by_id" TEXT,
    "published_at" TIMESTAMPTZ(3),
    "archived_at" TIMESTAMPTZ(3),
    "version" INTEGER NOT NULL DEFAULT 1,
    "created" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "updated" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "rate_schedule_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "rate_item" (
    "id" TEXT NOT NULL,
    "organization_id" TEXT NOT NULL,
    "schedule_id" TEXT NOT NULL,
    "code" TEXT NOT NULL,
    "short_description" TEXT NOT NULL,
    "long_description" TEXT,
    "trade" TEXT,
    "unit" "rate_unit" NOT NULL,
    "rate_cents" BIGINT NOT NULL,
    "standard_minutes" INTEGER,
    "enabled" BOOLEAN NOT NULL DEFAULT true,
    "version" INTEGER NOT NULL DEFAULT 1,
    "created" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "updated" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "rate_item_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "quotation" (
    "id" TEXT NOT NULL,
    "organization_id" TEXT NOT NULL,
    "schedule_id" TEXT NOT NULL,
    "work_order_id" TEXT NOT NULL,
    "status" "quotation_status" NOT NULL DEFAULT 'DRAFT',
    "revision" INTEGER NOT NULL DEFAULT 1,
    "note" TEXT,
    "currency" CHAR(3) NOT NULL,
    "total_amount_cents" BIGINT NOT NULL DEFAULT 0,
    "line_item_count" INTEGER NOT NULL DEFAULT 0,
    "created_by_id" TEXT NOT NULL,
    "submitted_by_id" TEXT,
    "submitted_at" TIMESTAMPTZ(3),
    "approved_by_id" TEXT,
    "approved_at" TIMESTAMPTZ(3),
    "rejected_by_id" TEXT,
    "rejected_at" TIMESTAMPTZ(3),
    "rejection_reason" TEXT,
    "cancel_reason" TEXT,
    "version" INTEGER NOT NULL DEFAULT 1,
    "created" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "updated" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "quotation_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "quotation_line" (
    "id" TEXT NOT NULL,
    "organization_id" TEXT NOT NULL,
    "quotation_id" TEXT NOT NULL,
    "position" INTEGER NOT NULL,
    "item_id" TEXT,
    "code" TEXT,
    "description" TEXT NOT NULL,
    "unit" "rate_unit" NOT NULL,
    "quantity_milli" BIGINT NOT NULL,
    "rate_cents" BIGINT NOT NULL,
    "amount_cents" BIGINT NOT NULL,
    "off_schedule_reason" TEXT,

    CONSTRAINT "quotation_line_pkey" PRIMARY KEY ("id")
);

-- CreateIndex
CREATE INDEX "rate_schedule_organization_id_created_id_idx" ON "rate_schedule"("organization_id", "created", "id");

-- CreateIndex
CREATE INDEX "rate_schedule_organization_id_supersedes_id_idx" ON "rate_schedule"("organization_id", "supersedes_id");

-- CreateIndex
CREATE UNIQUE INDEX "rate_schedule_organization_id_id_key" ON "rate_schedule"("organization_id", "id");

-- CreateIndex
CREATE UNIQUE INDEX "rate_item_organization_id_id_key" ON "rate_item"("organization_id", "id");

-- CreateIndex
CREATE UNIQUE INDEX "rate_item_organization_id_schedule_id_code_key" ON "rate_item"("organization_id", "schedule_id", "code");

-- CreateIndex
CREATE INDEX "quotation_organization_id_created_id_idx" ON "quotation"("organization_id", "created", "id");

-- CreateIndex
CREATE INDEX "quotation_organization_id_status_created_idx" ON "quotation"("organization_id", "status", "created");

-- CreateIndex
CREATE INDEX "quotation_organization_id_work_order_id_idx" ON "quotation"("organization_id", "work_order_id");

-- CreateIndex
CREATE INDEX "quotation_organization_id_schedule_id_idx" ON "quotation"("organization_id", "schedule_id");

-- CreateIndex
CREATE INDEX "quotation_organization_id_created_by_id_idx" ON "quotation"("organization_id", "created_by_id");

-- CreateIndex
CREATE UNIQUE INDEX "quotation_organization_id_id_key" ON "quotation"("organization_id", "id");

-- CreateIndex
CREATE INDEX "quotation_line_organization_id_item_id_idx" ON "quotation_line"("organization_id", "item_id");

-- CreateIndex
CREATE UNIQUE INDEX "quotation_line_organization_id_id_key" ON "quotation_line"("organization_id", "id");

-- CreateIndex
CREATE UNIQUE INDEX "quotation_line_organization_id_quotation_id_position_key" ON "quotation_line"("organization_id", "quotation_id", "position");

-- AddForeignKey
ALTER TABLE "rate_schedule" ADD CONSTRAINT "rate_schedule_organization_id_fkey" FOREIGN KEY ("organization_id") REFERENCES "organization"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "rate_schedule" ADD CONSTRAINT "rate_schedule_organization_id_supersedes_id_fkey" FOREIGN KEY ("organization_id", "supersedes_id") REFERENCES "rate_schedule"("organization_id", "id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "rate_schedule" ADD CONSTRAINT "rate_schedule_organization_id_published_by_id_fkey" FOREIGN KEY ("organization_id", "published_by_id") REFERENCES "app_user"("organization_id", "id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "rate_item" ADD CONSTRAINT "rate_item_organization_id_fkey" FOREIGN KEY ("organization_id") REFERENCES "organization"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "rate_item" ADD CONSTRAINT "rate_item_organization_id_schedule_id_fkey" FOREIGN KEY ("organization_id", "schedule_id") REFERENCES "rate_schedule"("organization_id", "id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "quotation" ADD CONSTRAINT "quotation_organization_id_fkey" FOREIGN KEY ("organization_id") REFERENCES "organization"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "quotation" ADD CONSTRAINT "quotation_organization_id_schedule_id_fkey" FOREIGN KEY ("organization_id", "schedule_id") REFERENCES "rate_schedule"("organization_id", "id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "quotation" ADD CONSTRAINT "quotation_organization_id_work_order_id_fkey" FOREIGN KEY ("organization_id", "work_order_id") REFERENCES "work_order"("organization_id", "id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "quotation" ADD CONSTRAINT "quotation_organization_id_created_by_id_fkey" FOREIGN KEY ("organization_id", "created_by_id") REFERENCES "app_user"("organization_id", "id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "quotation" ADD CONSTRAINT "quotation_organization_id_submitted_by_id_fkey" FOREIGN KEY ("organization_id", "submitted_by_id") REFERENCES "app_user"("organization_id", "id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "quotation" ADD CONSTRAINT "quotation_organization_id_approved_by_id_fkey" FOREIGN KEY ("organization_id", "approved_by_id") REFERENCES "app_user"("organization_id", "id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "quotation" ADD CONSTRAINT "quotation_organization_id_rejected_by_id_fkey" FOREIGN KEY ("organization_id", "rejected_by_id") REFERENCES "app_user"("organization_id", "id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "quotation_line" ADD CONSTRAINT "quotation_line_organization_id_fkey" FOREIGN KEY ("organization_id") REFERENCES "organization"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "quotation_line" ADD CONSTRAINT "quotation_line_organization_id_quotation_id_fkey" FOREIGN KEY ("organization_id", "quotation_id") REFERENCES "quotation"("organization_id", "id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "quotation_line" ADD CONSTRAINT "quotation_line_organization_id_item_id_fkey" FOREIGN KEY ("organization_id", "item_id") REFERENCES "rate_item"("organization_id", "id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- Lets an exclusion constraint compare ids and text beside ranges.
CREATE EXTENSION IF NOT EXISTS btree_gist;

-- Two published schedules of one name (case aside) and one company are never in force together.
-- One with a successor counts until the successor begins.
ALTER TABLE "rate_schedule" ADD CONSTRAINT "rate_schedule_overlap_partial" EXCLUDE USING gist (
    "organization_id" WITH =,
    lower("name") WITH =,
    coalesce("company_id", '') WITH =,
    tstzrange("effective_from", coalesce("superseded_at", "effective_to")) WITH &&
) WHERE ("status" = 'PUBLISHED');

-- What the sweep looks through: those in force, of all organizations.
CREATE INDEX "rate_schedule_ends_partial" ON "rate_schedule" (coalesce("superseded_at", "effective_to")) WHERE "status" = 'PUBLISHED';

-- One quotation of a work order waits for a decision at a time.
CREATE UNIQUE INDEX "quotation_submitted_partial" ON "quotation" ("organization_id", "work_order_id") WHERE "status" = 'SUBMITTED';

-- Amounts stay exact as JSON numbers: below 2^53.
ALTER TABLE "rate_schedule" ADD CONSTRAINT "rate_schedule_period_check" CHECK ("effective_from" < "effective_to");
ALTER TABLE "rate_item" ADD CONSTRAINT "rate_item_rate_check" CHECK ("rate_cents" BETWEEN 0 AND 9007199254740991);
ALTER TABLE "quotation" ADD CONSTRAINT "quotation_total_check" CHECK ("total_amount_cents" BETWEEN 0 AND 9007199254740991);
ALTER TABLE "quotation_line" ADD CONSTRAINT "quotation_line_amount_check" CHECK (
    "quantity_milli" > 0
    AND "rate_cents" BETWEEN 0 AND 9007199254740991
    AND "amount_cents" BETWEEN 0 AND 9007199254740991);
ALTER TABLE "quotation_line" ADD CONSTRAINT "quotation_line_off_schedule_check" CHECK (("item_id" IS NULL) = ("off_schedule_reason" IS NOT NULL));
