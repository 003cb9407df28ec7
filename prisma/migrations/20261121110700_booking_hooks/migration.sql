-- Questions that an organization is asked before a booking is confirmed or reminded of.

ALTER TYPE "webhook_attempt_trigger" ADD VALUE 'SYNC';

-- CreateEnum
CREATE TYPE "hook_failure_policy" AS ENUM ('FAIL_OPEN', 'FAIL_CLOSED');

-- CreateTable
CREATE TABLE "sync_hook" (
    "organization_id" TEXT NOT NULL,
    "event_type" TEXT NOT NULL,
    "endpoint_id" TEXT NOT NULL,
    "timeout_ms" INTEGER NOT NULL,
    "failure_policy" "hook_failure_policy" NOT NULL,
    "version" INTEGER NOT NULL DEFAULT 1,
    "created" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "updated" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "sync_hook_pkey" PRIMARY KEY ("organization_id","event_type")
);

-- CreateIndex
CREATE INDEX "sync_hook_organization_id_endpoint_id_idx" ON "sync_hook"("organization_id", "endpoint_id");

-- AddForeignKey
ALTER TABLE "sync_hook" ADD CONSTRAINT "sync_hook_organization_id_endpoint_id_fkey" FOREIGN KEY ("organization_id", "endpoint_id") REFERENCES "webhook_endpoint"("organization_id", "id") ON DELETE RESTRICT ON UPDATE CASCADE;

ALTER TABLE "sync_hook" ADD CONSTRAINT "sync_hook_timeout_check" CHECK ("timeout_ms" BETWEEN 100 AND 10000);

-- AlterTable
ALTER TABLE "resource" ADD COLUMN "reminder_minutes" INTEGER;

-- AlterTable
ALTER TABLE "booking"
    ADD COLUMN "customer_id" TEXT,
    ADD COLUMN "hook_at" TIMESTAMPTZ(3),
    ADD COLUMN "reminder_at" TIMESTAMPTZ(3);

-- CreateIndex
CREATE INDEX "booking_organization_id_customer_id_start_time_idx" ON "booking"("organization_id", "customer_id", "start_time");

-- What waits for an answer, and what is to be reminded of: few of all bookings.
CREATE INDEX "booking_hook_partial" ON "booking" ("hook_at") WHERE ("hook_at" IS NOT NULL);
CREATE INDEX "booking_reminder_partial" ON "booking" ("reminder_at") WHERE ("status" = 'CONFIRMED' AND "reminder_at" IS NOT NULL);
