-- CreateEnum
CREATE TYPE "visitor_status" AS ENUM ('PENDING_APPROVAL', 'REGISTERED', 'CHECKED_IN', 'CHECKED_OUT', 'DENIED', 'CANCELLED', 'NO_SHOW');

-- CreateEnum
CREATE TYPE "visitor_type" AS ENUM ('GUEST', 'CONTRACTOR', 'VENDOR', 'CANDIDATE', 'DELIVERY', 'OTHER');

-- CreateEnum
CREATE TYPE "visitor_checkpoint_key" AS ENUM ('NDA', 'PHOTO', 'HEALTH_FORM', 'ID_CHECK');

-- CreateEnum
CREATE TYPE "visitor_invitation_type" AS ENUM ('PLANNED', 'DROP_IN');

-- CreateEnum
CREATE TYPE "visitor_invitation_status" AS ENUM ('SENT', 'UPDATED', 'CANCELLED');

-- CreateTable
CREATE TABLE "visit_policy" (
    "site_id" TEXT NOT NULL,
    "organization_id" TEXT NOT NULL,
    "required_checkpoints" "visitor_checkpoint_key"[],
    "requires_approval" BOOLEAN NOT NULL,
    "closes_at_minute" INTEGER NOT NULL,
    "retention_days" INTEGER NOT NULL,
    "version" INTEGER NOT NULL DEFAULT 1,
    "created" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "updated" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "visit_policy_pkey" PRIMARY KEY ("site_id")
);

-- CreateTable
CREATE TABLE "visitor_block" (
    "id" TEXT NOT NULL,
    "organization_id" TEXT NOT NULL,
    "site_id" TEXT,
    "email" TEXT,
    "name" TEXT,
    "name_key" TEXT,
    "reason" TEXT NOT NULL,
    "version" INTEGER NOT NULL DEFAULT 1,
    "created" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "updated" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "visitor_block_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "visitor_invitation" (
    "id" TEXT NOT NULL,
    "organization_id" TEXT NOT NULL,
    "type" "visitor_invitation_type" NOT NULL,
    "status" "visitor_invitation_status" NOT NULL DEFAULT 'SENT',
    "host_ids" TEXT[],
    "location_id" TEXT NOT NULL,
    "resource_ids" TEXT[],
    "booking_id" TEXT,
    "start_at" TIMESTAMPTZ(3) NOT NULL,
    "end_at" TIMESTAMPTZ(3) NOT NULL,
    "cancel_reason" TEXT,
    "created_by_id" TEXT,
    "version" INTEGER NOT NULL DEFAULT 1,
    "created" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "updated" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "visitor_invitation_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "visitor" (
    "id" TEXT NOT NULL,
    "organization_id" TEXT NOT NULL,
    "name" TEXT NOT NULL,
    "email" TEXT,
    "phone" TEXT,
    "company" TEXT,
    "type" "visitor_type" NOT NULL DEFAULT 'GUEST',
    "purpose" TEXT,
    "host_id" TEXT NOT NULL,
    "location_id" TEXT NOT NULL,
    "site_id" TEXT NOT NULL,
    "invitation_id" TEXT,
    "booking_id" TEXT,
    "walk_in" BOOLEAN NOT NULL DEFAULT false,
    "expected_arrival" TIMESTAMPTZ(3) NOT NULL,
    "expected_departure" TIMESTAMPTZ(3),
    "status" "visitor_status" NOT NULL DEFAULT 'REGISTERED',
    "badge_number" TEXT,
    "photo_url" TEXT,
    "checked_in_at" TIMESTAMPTZ(3),
    "checked_out_at" TIMESTAMPTZ(3),
    "checked_out_by" TEXT,
    "deny_reason" TEXT,
    "cancel_reason" TEXT,
    "registered_by_id" TEXT,
    "ended_at" TIMESTAMPTZ(3),
    "erased_at" TIMESTAMPTZ(3),
    "version" INTEGER NOT NULL DEFAULT 1,
    "created" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "updated" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "visitor_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "visitor_checkpoint" (
    "visitor_id" TEXT NOT NULL,
    "key" "visitor_checkpoint_key" NOT NULL,
    "organization_id" TEXT NOT NULL,
    "completed_at" TIMESTAMPTZ(3) NOT NULL,
    "document_url" TEXT,

    CONSTRAINT "visitor_checkpoint_pkey" PRIMARY KEY ("visitor_id","key")
);

-- CreateIndex
CREATE UNIQUE INDEX "visit_policy_organization_id_site_id_key" ON "visit_policy"("organization_id", "site_id");

-- CreateIndex
CREATE INDEX "visitor_block_organization_id_email_idx" ON "visitor_block"("organization_id", "email");

-- CreateIndex
CREATE INDEX "visitor_block_organization_id_name_key_idx" ON "visitor_block"("organization_id", "name_key");

-- CreateIndex
CREATE UNIQUE INDEX "visitor_block_organization_id_id_key" ON "visitor_block"("organization_id", "id");

-- CreateIndex
CREATE INDEX "visitor_invitation_organization_id_start_at_id_idx" ON "visitor_invitation"("organization_id", "start_at", "id");

-- CreateIndex
CREATE UNIQUE INDEX "visitor_invitation_organization_id_id_key" ON "visitor_invitation"("organization_id", "id");

-- CreateIndex
CREATE INDEX "visitor_organization_id_expected_arrival_id_idx" ON "visitor"("organization_id", "expected_arrival", "id");

-- CreateIndex
CREATE INDEX "visitor_organization_id_site_id_status_idx" ON "visitor"("organization_id", "site_id", "status");

-- CreateIndex
CREATE INDEX "visitor_organization_id_host_id_idx" ON "visitor"("organization_id", "host_id");

-- CreateIndex
CREATE INDEX "visitor_organization_id_invitation_id_idx" ON "visitor"("organization_id", "invitation_id");

-- CreateIndex
CREATE UNIQUE INDEX "visitor_organization_id_id_key" ON "visitor"("organization_id", "id");

-- CreateIndex
CREATE INDEX "visitor_checkpoint_organization_id_visitor_id_idx" ON "visitor_checkpoint"("organization_id", "visitor_id");

-- AddForeignKey
ALTER TABLE "visit_policy" ADD CONSTRAINT "visit_policy_organization_id_site_id_fkey" FOREIGN KEY ("organization_id", "site_id") REFERENCES "location"("organization_id", "id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "visitor_block" ADD CONSTRAINT "visitor_block_organization_id_fkey" FOREIGN KEY ("organization_id") REFERENCES "organization"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "visitor_block" ADD CONSTRAINT "visitor_block_organization_id_site_id_fkey" FOREIGN KEY ("organization_id", "site_id") REFERENCES "location"("organization_id", "id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "visitor_invitation" ADD CONSTRAINT "visitor_invitation_organization_id_fkey" FOREIGN KEY ("organization_id") REFERENCES "organization"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "visitor_invitation" ADD CONSTRAINT "visitor_invitation_organization_id_location_id_fkey" FOREIGN KEY ("organization_id", "location_id") REFERENCES "location"("organization_id", "id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "visitor" ADD CONSTRAINT "visitor_organization_id_fkey" FOREIGN KEY ("organization_id") REFERENCES "organization"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "visitor" ADD CONSTRAINT "visitor_organization_id_host_id_fkey" FOREIGN KEY ("organization_id", "host_id") REFERENCES "app_user"("organization_id", "id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "visitor" ADD CONSTRAINT "visitor_organization_id_location_id_fkey" FOREIGN KEY ("organization_id", "location_id") REFERENCES "location"("organization_id", "id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "visitor" ADD CONSTRAINT "visitor_organization_id_site_id_fkey" FOREIGN KEY ("organization_id", "site_id") REFERENCES "location"("organization_id", "id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "visitor" ADD CONSTRAINT "visitor_organization_id_invitation_id_fkey" FOREIGN KEY ("organization_id", "invitation_id") REFERENCES "visitor_invitation"("organization_id", "id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "visitor_checkpoint" ADD CONSTRAINT "visitor_checkpoint_organization_id_visitor_id_fkey" FOREIGN KEY ("organization_id", "visitor_id") REFERENCES "visitor"("organization_id", "id") ON DELETE CASCADE ON UPDATE CASCADE;

ALTER TABLE "visit_policy"
  ADD CONSTRAINT "visit_policy_closes_at_minute_check" CHECK ("closes_at_minute" BETWEEN 1 AND 1440),
  ADD CONSTRAINT "visit_policy_retention_days_check" CHECK ("retention_days" BETWEEN 1 AND 3650);
ALTER TABLE "visitor_block"
  ADD CONSTRAINT "visitor_block_matches_something_check" CHECK ("email" IS NOT NULL OR "name_key" IS NOT NULL);
ALTER TABLE "visitor_invitation"
  ADD CONSTRAINT "visitor_invitation_span_check" CHECK ("start_at" < "end_at");
-- A state and its moment go together, whoever writes them.
ALTER TABLE "visitor"
  ADD CONSTRAINT "visitor_checked_in_check" CHECK (("status" IN ('CHECKED_IN', 'CHECKED_OUT')) = ("checked_in_at" IS NOT NULL)),
  ADD CONSTRAINT "visitor_checked_out_check" CHECK (("status" = 'CHECKED_OUT') = ("checked_out_at" IS NOT NULL)),
  ADD CONSTRAINT "visitor_ended_check" CHECK (("status" IN ('CHECKED_OUT', 'DENIED', 'CANCELLED', 'NO_SHOW')) = ("ended_at" IS NOT NULL));

-- A badge is worn by one person at a time.
CREATE UNIQUE INDEX "visitor_badge_partial" ON "visitor" ("organization_id", "site_id", "badge_number") WHERE "status" = 'CHECKED_IN' AND "badge_number" IS NOT NULL;
-- What the closing sweep looks through: visits that are not over.
CREATE INDEX "visitor_open_partial" ON "visitor" ("organization_id", "expected_arrival") WHERE "ended_at" IS NULL;
-- What the erasing sweep looks through: ended visits whose personal data is still there.
CREATE INDEX "visitor_unerased_partial" ON "visitor" ("organization_id", "ended_at") WHERE "ended_at" IS NOT NULL AND "erased_at" IS NULL;
