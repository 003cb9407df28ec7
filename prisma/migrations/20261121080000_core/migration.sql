-- CreateEnum
CREATE TYPE "plan" AS ENUM ('LITE', 'BASIC', 'PROFESSIONAL', 'ENTERPRISE');

-- CreateEnum
CREATE TYPE "role" AS ENUM ('OWNER', 'ADMIN', 'MANAGER', 'TECHNICIAN', 'REQUESTER', 'VIEWER', 'CONTRACTOR');

-- CreateEnum
CREATE TYPE "user_status" AS ENUM ('INVITED', 'ACTIVE', 'SUSPENDED', 'DELETED');

-- CreateEnum
CREATE TYPE "location_kind" AS ENUM ('LOCATION', 'SUB_LOCATION', 'ZONE');

-- CreateEnum
CREATE TYPE "work_order_status" AS ENUM ('OPEN', 'ACCEPTED', 'IN_PROGRESS', 'ON_HOLD', 'COMPLETED', 'CLOSED', 'REOPENED', 'CANCELLED', 'SKIPPED');

-- CreateEnum
CREATE TYPE "work_order_priority" AS ENUM ('NONE', 'LOW', 'MEDIUM', 'HIGH', 'CRITICAL');

-- CreateEnum
CREATE TYPE "work_order_type" AS ENUM ('CORRECTIVE', 'PREVENTIVE', 'INSPECTION', 'REQUEST');

-- CreateTable
CREATE TABLE "event" (
    "id" TEXT NOT NULL,
    "ordinal" BIGSERIAL NOT NULL,
    "organization_id" TEXT NOT NULL,
    "position" BIGINT,
    "type" TEXT NOT NULL,
    "body" TEXT NOT NULL,
    "subject_id" TEXT NOT NULL,
    "changed_fields" TEXT[],
    "facets" JSONB NOT NULL,
    "actor" JSONB NOT NULL,
    "created" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "event_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "event_stream_head" (
    "organization_id" TEXT NOT NULL,
    "last_position" BIGINT NOT NULL DEFAULT 0,

    CONSTRAINT "event_stream_head_pkey" PRIMARY KEY ("organization_id")
);

-- CreateTable
CREATE TABLE "organization" (
    "id" TEXT NOT NULL,
    "name" TEXT NOT NULL,
    "plan" "plan" NOT NULL,
    "currency" CHAR(3) NOT NULL DEFAULT 'USD',
    "timezone" TEXT NOT NULL DEFAULT 'UTC',
    "version" INTEGER NOT NULL DEFAULT 1,
    "created" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "updated" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "organization_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "app_user" (
    "id" TEXT NOT NULL,
    "organization_id" TEXT NOT NULL,
    "email" TEXT NOT NULL,
    "name" TEXT NOT NULL,
    "role" "role" NOT NULL,
    "status" "user_status" NOT NULL DEFAULT 'ACTIVE',
    "password_hash" TEXT,
    "version" INTEGER NOT NULL DEFAULT 1,
    "created" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "updated" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "app_user_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "api_key" (
    "id" TEXT NOT NULL,
    "organization_id" TEXT NOT NULL,
    "name" TEXT NOT NULL,
    "key_hash" CHAR(64) NOT NULL,
    "last_four" CHAR(4) NOT NULL,
    "scopes" TEXT[],
    "created_by_id" TEXT NOT NULL,
    "last_used_at" TIMESTAMPTZ(3),
    "revoked_at" TIMESTAMPTZ(3),
    "created" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "api_key_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "location" (
    "id" TEXT NOT NULL,
    "organization_id" TEXT NOT NULL,
    "name" TEXT NOT NULL,
    "kind" "location_kind" NOT NULL,
    "parent_id" TEXT,
    "site_id" TEXT NOT NULL,
    "address" TEXT,
    "timezone" TEXT,
    "version" INTEGER NOT NULL DEFAULT 1,
    "created" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "updated" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "location_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "work_order" (
    "id" TEXT NOT NULL,
    "organization_id" TEXT NOT NULL,
    "title" TEXT NOT NULL,
    "description" TEXT,
    "status" "work_order_status" NOT NULL DEFAULT 'OPEN',
    "priority" "work_order_priority" NOT NULL DEFAULT 'MEDIUM',
    "type" "work_order_type" NOT NULL DEFAULT 'CORRECTIVE',
    "location_id" TEXT NOT NULL,
    "assignee_id" TEXT,
    "reported_by_id" TEXT,
    "completed_by_id" TEXT,
    "due_at" TIMESTAMPTZ(3),
    "started_at" TIMESTAMPTZ(3),
    "responded_at" TIMESTAMPTZ(3),
    "completed_at" TIMESTAMPTZ(3),
    "on_hold_reason" TEXT,
    "cancel_reason" TEXT,
    "reopen_reason" TEXT,
    "sla_response_deadline" TIMESTAMPTZ(3),
    "sla_resolution_deadline" TIMESTAMPTZ(3),
    "sla_paused_at" TIMESTAMPTZ(3),
    "sla_paused_seconds" INTEGER NOT NULL DEFAULT 0,
    "version" INTEGER NOT NULL DEFAULT 1,
    "created" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "updated" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "work_order_pkey" PRIMARY KEY ("id")
);

-- CreateIndex
CREATE INDEX "event_organization_id_subject_id_position_idx" ON "event"("organization_id", "subject_id", "position");

-- CreateIndex
CREATE UNIQUE INDEX "event_organization_id_position_key" ON "event"("organization_id", "position");

-- CreateIndex
CREATE UNIQUE INDEX "app_user_email_key" ON "app_user"("email");

-- CreateIndex
CREATE UNIQUE INDEX "app_user_organization_id_id_key" ON "app_user"("organization_id", "id");

-- CreateIndex
CREATE UNIQUE INDEX "api_key_key_hash_key" ON "api_key"("key_hash");

-- CreateIndex
CREATE INDEX "api_key_organization_id_id_idx" ON "api_key"("organization_id", "id");

-- CreateIndex
CREATE INDEX "location_organization_id_parent_id_idx" ON "location"("organization_id", "parent_id");

-- CreateIndex
CREATE UNIQUE INDEX "location_organization_id_id_key" ON "location"("organization_id", "id");

-- CreateIndex
CREATE INDEX "work_order_organization_id_status_created_idx" ON "work_order"("organization_id", "status", "created");

-- CreateIndex
CREATE INDEX "work_order_organization_id_created_id_idx" ON "work_order"("organization_id", "created", "id");

-- CreateIndex
CREATE INDEX "work_order_organization_id_location_id_idx" ON "work_order"("organization_id", "location_id");

-- CreateIndex
CREATE INDEX "work_order_organization_id_assignee_id_idx" ON "work_order"("organization_id", "assignee_id");

-- CreateIndex
CREATE UNIQUE INDEX "work_order_organization_id_id_key" ON "work_order"("organization_id", "id");

-- AddForeignKey
ALTER TABLE "app_user" ADD CONSTRAINT "app_user_organization_id_fkey" FOREIGN KEY ("organization_id") REFERENCES "organization"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "api_key" ADD CONSTRAINT "api_key_organization_id_fkey" FOREIGN KEY ("organization_id") REFERENCES "organization"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "api_key" ADD CONSTRAINT "api_key_organization_id_created_by_id_fkey" FOREIGN KEY ("organization_id", "created_by_id") REFERENCES "app_user"("organization_id", "id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "location" ADD CONSTRAINT "location_organization_id_fkey" FOREIGN KEY ("organization_id") REFERENCES "organization"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "location" ADD CONSTRAINT "location_organization_id_parent_id_fkey" FOREIGN KEY ("organization_id", "parent_id") REFERENCES "location"("organization_id", "id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "work_order" ADD CONSTRAINT "work_order_organization_id_fkey" FOREIGN KEY ("organization_id") REFERENCES "organization"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "work_order" ADD CONSTRAINT "work_order_organization_id_location_id_fkey" FOREIGN KEY ("organization_id", "location_id") REFERENCES "location"("organization_id", "id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "work_order" ADD CONSTRAINT "work_order_organization_id_assignee_id_fkey" FOREIGN KEY ("organization_id", "assignee_id") REFERENCES "app_user"("organization_id", "id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "work_order" ADD CONSTRAINT "work_order_organization_id_reported_by_id_fkey" FOREIGN KEY ("organization_id", "reported_by_id") REFERENCES "app_user"("organization_id", "id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "work_order" ADD CONSTRAINT "work_order_organization_id_completed_by_id_fkey" FOREIGN KEY ("organization_id", "completed_by_id") REFERENCES "app_user"("organization_id", "id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- What the dispatcher has still to position. Empty most of the time, so it stays tiny.
CREATE INDEX "event_unpositioned_partial" ON "event" ("organization_id", "ordinal") WHERE "position" IS NULL;
