-- CreateEnum
CREATE TYPE "sla_status" AS ENUM ('NONE', 'ON_TRACK', 'AT_RISK', 'CRITICAL', 'BREACHED', 'MET');

-- CreateEnum
CREATE TYPE "work_request_status" AS ENUM ('PENDING', 'ACCEPTED', 'REJECTED');

-- CreateEnum
CREATE TYPE "maintenance_frequency" AS ENUM ('DAILY', 'WEEKLY', 'MONTHLY', 'YEARLY');

-- CreateEnum
CREATE TYPE "maintenance_basis" AS ENUM ('SCHEDULED_DATE', 'COMPLETED_DATE');

-- CreateEnum
CREATE TYPE "occurrence_outcome" AS ENUM ('GENERATED', 'SKIPPED');


-- AlterTable
ALTER TABLE "work_order" ADD COLUMN     "attachments" JSONB NOT NULL DEFAULT '[]',
ADD COLUMN     "checklist" JSONB NOT NULL DEFAULT '[]',
ADD COLUMN     "company_id" TEXT,
ADD COLUMN     "labor_cost_cents" INTEGER NOT NULL DEFAULT 0,
ADD COLUMN     "labor_seconds" INTEGER NOT NULL DEFAULT 0,
ADD COLUMN     "maintenance_schedule_id" TEXT,
ADD COLUMN     "occurrence_at" TIMESTAMPTZ(3),
ADD COLUMN     "parts_cost_cents" INTEGER NOT NULL DEFAULT 0,
ADD COLUMN     "request_id" TEXT,
ADD COLUMN     "requires_signature" BOOLEAN NOT NULL DEFAULT false,
ADD COLUMN     "search" tsvector GENERATED ALWAYS AS (to_tsvector('simple', "title" || ' ' || coalesce("description", ''))) STORED,
ADD COLUMN     "signature_url" TEXT,
ADD COLUMN     "signed_at" TIMESTAMPTZ(3),
ADD COLUMN     "signed_by" TEXT,
ADD COLUMN     "sla_next_at" TIMESTAMPTZ(3),
ADD COLUMN     "sla_resolution_at_risk_at" TIMESTAMPTZ(3),
ADD COLUMN     "sla_resolution_critical_at" TIMESTAMPTZ(3),
ADD COLUMN     "sla_resolution_status" "sla_status" NOT NULL DEFAULT 'NONE',
ADD COLUMN     "sla_resolution_told" SMALLINT NOT NULL DEFAULT 0,
ADD COLUMN     "sla_response_at_risk_at" TIMESTAMPTZ(3),
ADD COLUMN     "sla_response_critical_at" TIMESTAMPTZ(3),
ADD COLUMN     "sla_response_status" "sla_status" NOT NULL DEFAULT 'NONE',
ADD COLUMN     "sla_response_told" SMALLINT NOT NULL DEFAULT 0,
ADD COLUMN     "sla_status" "sla_status" NOT NULL DEFAULT 'NONE';

-- CreateTable
CREATE TABLE "labor" (
    "id" TEXT NOT NULL,
    "organization_id" TEXT NOT NULL,
    "work_order_id" TEXT NOT NULL,
    "user_id" TEXT NOT NULL,
    "started_at" TIMESTAMPTZ(3) NOT NULL,
    "ended_at" TIMESTAMPTZ(3),
    "seconds" INTEGER NOT NULL DEFAULT 0,
    "cost_cents" INTEGER NOT NULL DEFAULT 0,
    "hourly_rate_cents" INTEGER NOT NULL,
    "note" TEXT,
    "version" INTEGER NOT NULL DEFAULT 1,
    "created" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "updated" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "labor_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "labor_rate" (
    "organization_id" TEXT NOT NULL,
    "user_id" TEXT NOT NULL,
    "hourly_rate_cents" INTEGER NOT NULL,
    "version" INTEGER NOT NULL DEFAULT 1,
    "created" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "updated" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "labor_rate_pkey" PRIMARY KEY ("organization_id","user_id")
);

-- CreateTable
CREATE TABLE "part" (
    "id" TEXT NOT NULL,
    "organization_id" TEXT NOT NULL,
    "name" TEXT NOT NULL,
    "part_number" TEXT,
    "unit" TEXT NOT NULL DEFAULT 'piece',
    "unit_cost_cents" INTEGER NOT NULL DEFAULT 0,
    "stock" INTEGER NOT NULL DEFAULT 0,
    "min_stock" INTEGER NOT NULL DEFAULT 0,
    "version" INTEGER NOT NULL DEFAULT 1,
    "created" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "updated" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "part_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "part_use" (
    "id" TEXT NOT NULL,
    "organization_id" TEXT NOT NULL,
    "work_order_id" TEXT NOT NULL,
    "part_id" TEXT NOT NULL,
    "quantity" INTEGER NOT NULL,
    "unit_cost_cents" INTEGER NOT NULL,
    "used_by_id" TEXT,
    "version" INTEGER NOT NULL DEFAULT 1,
    "created" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "updated" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "part_use_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "work_order_comment" (
    "id" TEXT NOT NULL,
    "organization_id" TEXT NOT NULL,
    "work_order_id" TEXT NOT NULL,
    "author_id" TEXT,
    "text" TEXT NOT NULL,
    "version" INTEGER NOT NULL DEFAULT 1,
    "created" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "updated" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "work_order_comment_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "sla_policy" (
    "id" TEXT NOT NULL,
    "organization_id" TEXT NOT NULL,
    "name" TEXT NOT NULL,
    "location_id" TEXT,
    "targets" JSONB NOT NULL,
    "at_risk_percent" INTEGER NOT NULL DEFAULT 75,
    "critical_percent" INTEGER NOT NULL DEFAULT 90,
    "timezone" TEXT,
    "business_hours" JSONB NOT NULL DEFAULT '[]',
    "holidays" TEXT[],
    "version" INTEGER NOT NULL DEFAULT 1,
    "created" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "updated" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "sla_policy_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "work_request" (
    "id" TEXT NOT NULL,
    "organization_id" TEXT NOT NULL,
    "title" TEXT NOT NULL,
    "description" TEXT,
    "status" "work_request_status" NOT NULL DEFAULT 'PENDING',
    "location_id" TEXT NOT NULL,
    "requested_by_id" TEXT,
    "decided_by_id" TEXT,
    "decided_at" TIMESTAMPTZ(3),
    "reject_reason" TEXT,
    "version" INTEGER NOT NULL DEFAULT 1,
    "created" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "updated" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "work_request_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "maintenance_schedule" (
    "id" TEXT NOT NULL,
    "organization_id" TEXT NOT NULL,
    "title" TEXT NOT NULL,
    "description" TEXT,
    "location_id" TEXT NOT NULL,
    "priority" "work_order_priority" NOT NULL DEFAULT 'MEDIUM',
    "assignee_id" TEXT,
    "company_id" TEXT,
    "frequency" "maintenance_frequency" NOT NULL,
    "interval" INTEGER NOT NULL DEFAULT 1,
    "days_of_week" INTEGER[],
    "day_of_month" INTEGER,
    "timezone" TEXT,
    "starts_at" TIMESTAMPTZ(3) NOT NULL,
    "ends_at" TIMESTAMPTZ(3),
    "ahead_seconds" INTEGER NOT NULL DEFAULT 0,
    "based_on" "maintenance_basis" NOT NULL DEFAULT 'SCHEDULED_DATE',
    "requires_signature" BOOLEAN NOT NULL DEFAULT false,
    "checklist" JSONB NOT NULL DEFAULT '[]',
    "active" BOOLEAN NOT NULL DEFAULT true,
    "next_occurrence_at" TIMESTAMPTZ(3),
    "next_generate_at" TIMESTAMPTZ(3),
    "version" INTEGER NOT NULL DEFAULT 1,
    "created" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "updated" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "maintenance_schedule_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "maintenance_occurrence" (
    "id" TEXT NOT NULL,
    "organization_id" TEXT NOT NULL,
    "schedule_id" TEXT NOT NULL,
    "occurrence_at" TIMESTAMPTZ(3) NOT NULL,
    "outcome" "occurrence_outcome" NOT NULL,
    "reason" TEXT,
    "work_order_id" TEXT,
    "created" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "maintenance_occurrence_pkey" PRIMARY KEY ("id")
);

-- CreateIndex
CREATE INDEX "labor_organization_id_work_order_id_started_at_idx" ON "labor"("organization_id", "work_order_id", "started_at");

-- CreateIndex
CREATE UNIQUE INDEX "labor_organization_id_id_key" ON "labor"("organization_id", "id");

-- CreateIndex
CREATE INDEX "part_organization_id_name_id_idx" ON "part"("organization_id", "name", "id");

-- CreateIndex
CREATE UNIQUE INDEX "part_organization_id_id_key" ON "part"("organization_id", "id");

-- CreateIndex
CREATE UNIQUE INDEX "part_organization_id_part_number_key" ON "part"("organization_id", "part_number");

-- CreateIndex
CREATE INDEX "part_use_organization_id_work_order_id_created_idx" ON "part_use"("organization_id", "work_order_id", "created");

-- CreateIndex
CREATE INDEX "part_use_organization_id_part_id_idx" ON "part_use"("organization_id", "part_id");

-- CreateIndex
CREATE UNIQUE INDEX "part_use_organization_id_id_key" ON "part_use"("organization_id", "id");

-- CreateIndex
CREATE INDEX "work_order_comment_organization_id_work_order_id_created_idx" ON "work_order_comment"("organization_id", "work_order_id", "created");

-- CreateIndex
CREATE UNIQUE INDEX "work_order_comment_organization_id_id_key" ON "work_order_comment"("organization_id", "id");

-- CreateIndex
CREATE UNIQUE INDEX "sla_policy_organization_id_id_key" ON "sla_policy"("organization_id", "id");

-- CreateIndex
CREATE UNIQUE INDEX "sla_policy_organization_id_location_id_key" ON "sla_policy"("organization_id", "location_id");

-- CreateIndex
CREATE INDEX "work_request_organization_id_status_created_idx" ON "work_request"("organization_id", "status", "created");

-- CreateIndex
CREATE INDEX "work_request_organization_id_requested_by_id_idx" ON "work_request"("organization_id", "requested_by_id");

-- CreateIndex
CREATE UNIQUE INDEX "work_request_organization_id_id_key" ON "work_request"("organization_id", "id");

-- CreateIndex
CREATE INDEX "maintenance_schedule_organization_id_title_id_idx" ON "maintenance_schedule"("organization_id", "title", "id");

-- CreateIndex
CREATE UNIQUE INDEX "maintenance_schedule_organization_id_id_key" ON "maintenance_schedule"("organization_id", "id");

-- CreateIndex
CREATE UNIQUE INDEX "maintenance_occurrence_organization_id_schedule_id_occurren_key" ON "maintenance_occurrence"("organization_id", "schedule_id", "occurrence_at");

-- CreateIndex
CREATE INDEX "work_order_organization_id_reported_by_id_idx" ON "work_order"("organization_id", "reported_by_id");

-- CreateIndex
CREATE INDEX "work_order_organization_id_company_id_idx" ON "work_order"("organization_id", "company_id");

-- CreateIndex
CREATE UNIQUE INDEX "work_order_organization_id_request_id_key" ON "work_order"("organization_id", "request_id");

-- CreateIndex
CREATE UNIQUE INDEX "work_order_organization_id_maintenance_schedule_id_occurren_key" ON "work_order"("organization_id", "maintenance_schedule_id", "occurrence_at");

-- AddForeignKey
ALTER TABLE "labor" ADD CONSTRAINT "labor_organization_id_fkey" FOREIGN KEY ("organization_id") REFERENCES "organization"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "labor" ADD CONSTRAINT "labor_organization_id_work_order_id_fkey" FOREIGN KEY ("organization_id", "work_order_id") REFERENCES "work_order"("organization_id", "id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "labor" ADD CONSTRAINT "labor_organization_id_user_id_fkey" FOREIGN KEY ("organization_id", "user_id") REFERENCES "app_user"("organization_id", "id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "labor_rate" ADD CONSTRAINT "labor_rate_organization_id_fkey" FOREIGN KEY ("organization_id") REFERENCES "organization"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "labor_rate" ADD CONSTRAINT "labor_rate_organization_id_user_id_fkey" FOREIGN KEY ("organization_id", "user_id") REFERENCES "app_user"("organization_id", "id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "part" ADD CONSTRAINT "part_organization_id_fkey" FOREIGN KEY ("organization_id") REFERENCES "organization"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "part_use" ADD CONSTRAINT "part_use_organization_id_fkey" FOREIGN KEY ("organization_id") REFERENCES "organization"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "part_use" ADD CONSTRAINT "part_use_organization_id_work_order_id_fkey" FOREIGN KEY ("organization_id", "work_order_id") REFERENCES "work_order"("organization_id", "id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "part_use" ADD CONSTRAINT "part_use_organization_id_part_id_fkey" FOREIGN KEY ("organization_id", "part_id") REFERENCES "part"("organization_id", "id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "part_use" ADD CONSTRAINT "part_use_organization_id_used_by_id_fkey" FOREIGN KEY ("organization_id", "used_by_id") REFERENCES "app_user"("organization_id", "id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "work_order_comment" ADD CONSTRAINT "work_order_comment_organization_id_fkey" FOREIGN KEY ("organization_id") REFERENCES "organization"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "work_order_comment" ADD CONSTRAINT "work_order_comment_organization_id_work_order_id_fkey" FOREIGN KEY ("organization_id", "work_order_id") REFERENCES "work_order"("organization_id", "id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "work_order_comment" ADD CONSTRAINT "work_order_comment_organization_id_author_id_fkey" FOREIGN KEY ("organization_id", "author_id") REFERENCES "app_user"("organization_id", "id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "work_order" ADD CONSTRAINT "work_order_organization_id_request_id_fkey" FOREIGN KEY ("organization_id", "request_id") REFERENCES "work_request"("organization_id", "id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "work_order" ADD CONSTRAINT "work_order_organization_id_maintenance_schedule_id_fkey" FOREIGN KEY ("organization_id", "maintenance_schedule_id") REFERENCES "maintenance_schedule"("organization_id", "id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "sla_policy" ADD CONSTRAINT "sla_policy_organization_id_fkey" FOREIGN KEY ("organization_id") REFERENCES "organization"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "sla_policy" ADD CONSTRAINT "sla_policy_organization_id_location_id_fkey" FOREIGN KEY ("organization_id", "location_id") REFERENCES "location"("organization_id", "id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "work_request" ADD CONSTRAINT "work_request_organization_id_fkey" FOREIGN KEY ("organization_id") REFERENCES "organization"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "work_request" ADD CONSTRAINT "work_request_organization_id_location_id_fkey" FOREIGN KEY ("organization_id", "location_id") REFERENCES "location"("organization_id", "id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "work_request" ADD CONSTRAINT "work_request_organization_id_requested_by_id_fkey" FOREIGN KEY ("organization_id", "requested_by_id") REFERENCES "app_user"("organization_id", "id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "work_request" ADD CONSTRAINT "work_request_organization_id_decided_by_id_fkey" FOREIGN KEY ("organization_id", "decided_by_id") REFERENCES "app_user"("organization_id", "id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "maintenance_schedule" ADD CONSTRAINT "maintenance_schedule_organization_id_fkey" FOREIGN KEY ("organization_id") REFERENCES "organization"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "maintenance_schedule" ADD CONSTRAINT "maintenance_schedule_organization_id_location_id_fkey" FOREIGN KEY ("organization_id", "location_id") REFERENCES "location"("organization_id", "id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "maintenance_schedule" ADD CONSTRAINT "maintenance_schedule_organization_id_assignee_id_fkey" FOREIGN KEY ("organization_id", "assignee_id") REFERENCES "app_user"("organization_id", "id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "maintenance_occurrence" ADD CONSTRAINT "maintenance_occurrence_organization_id_fkey" FOREIGN KEY ("organization_id") REFERENCES "organization"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "maintenance_occurrence" ADD CONSTRAINT "maintenance_occurrence_organization_id_schedule_id_fkey" FOREIGN KEY ("organization_id", "schedule_id") REFERENCES "maintenance_schedule"("organization_id", "id") ON DELETE RESTRICT ON UPDATE CASCADE;


-- Words are searched inside one organization: the extension lets the tenant into the same index.
CREATE EXTENSION IF NOT EXISTS btree_gin;
CREATE INDEX "work_order_search_partial" ON "work_order" USING gin ("organization_id", "search");

-- What the SLA sweep and the maintenance sweep look for; finished work is in neither.
CREATE INDEX "work_order_sla_next_partial" ON "work_order" ("sla_next_at") WHERE "sla_next_at" IS NOT NULL;
CREATE INDEX "maintenance_schedule_next_partial" ON "maintenance_schedule" ("next_generate_at") WHERE "next_generate_at" IS NOT NULL;

-- One running timer per person, one policy for the organization itself.
CREATE UNIQUE INDEX "labor_running_partial" ON "labor" ("organization_id", "user_id") WHERE "ended_at" IS NULL;
CREATE UNIQUE INDEX "sla_policy_organization_partial" ON "sla_policy" ("organization_id") WHERE "location_id" IS NULL;

ALTER TABLE "part" ADD CONSTRAINT "part_stock_check" CHECK ("stock" >= 0);
ALTER TABLE "part_use" ADD CONSTRAINT "part_use_quantity_check" CHECK ("quantity" > 0);
ALTER TABLE "labor" ADD CONSTRAINT "labor_order_check" CHECK ("ended_at" IS NULL OR "ended_at" >= "started_at");

-- Work orders from before get their clocks: at risk and critical as with the default policy.
UPDATE "work_order" SET
  "sla_response_at_risk_at" = "created" + ("sla_response_deadline" - "created") * 0.75,
  "sla_response_critical_at" = "created" + ("sla_response_deadline" - "created") * 0.9,
  "sla_resolution_at_risk_at" = "created" + ("sla_resolution_deadline" - "created") * 0.75,
  "sla_resolution_critical_at" = "created" + ("sla_resolution_deadline" - "created") * 0.9,
  "sla_response_status" = CASE
    WHEN "responded_at" <= "sla_response_deadline" THEN 'MET'
    WHEN "responded_at" > "sla_response_deadline" THEN 'BREACHED'
    ELSE 'ON_TRACK' END::"sla_status",
  "sla_resolution_status" = CASE
    WHEN "completed_at" <= "sla_resolution_deadline" THEN 'MET'
    WHEN "completed_at" > "sla_resolution_deadline" THEN 'BREACHED'
    ELSE 'ON_TRACK' END::"sla_status"
WHERE "sla_response_deadline" IS NOT NULL AND "status" NOT IN ('CANCELLED', 'SKIPPED');
UPDATE "work_order" SET
  "sla_response_told" = CASE WHEN "sla_response_status" = 'BREACHED' THEN 2 ELSE 0 END,
  "sla_resolution_told" = CASE WHEN "sla_resolution_status" = 'BREACHED' THEN 2 ELSE 0 END,
  "sla_next_at" = CASE WHEN "completed_at" IS NULL THEN "sla_response_at_risk_at" END,
  "sla_status" = CASE
    WHEN 'BREACHED' IN ("sla_response_status", "sla_resolution_status") THEN 'BREACHED'
    WHEN "completed_at" IS NOT NULL THEN 'MET'
    ELSE 'ON_TRACK' END::"sla_status"
WHERE "sla_response_status" <> 'NONE';
