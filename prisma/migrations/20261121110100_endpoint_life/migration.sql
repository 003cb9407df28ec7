-- CreateEnum
CREATE TYPE "webhook_replay_status" AS ENUM ('RUNNING', 'COMPLETED', 'CANCELLED');

-- AlterEnum
ALTER TYPE "webhook_attempt_trigger" ADD VALUE 'REPLAY';

-- AlterTable
ALTER TABLE "webhook_endpoint" ADD COLUMN "cancel_through" BIGINT;

-- AlterTable
ALTER TABLE "delivery_lane" ADD COLUMN "last_failure_at" TIMESTAMPTZ(3),
ADD COLUMN "warned_percent" SMALLINT NOT NULL DEFAULT 0,
ADD COLUMN "skipped_through" BIGINT NOT NULL DEFAULT 0;

-- AlterTable
ALTER TABLE "webhook_delivery" ADD COLUMN "told" BOOLEAN NOT NULL DEFAULT false;

-- CreateTable
CREATE TABLE "webhook_replay" (
    "id" TEXT NOT NULL,
    "organization_id" TEXT NOT NULL,
    "endpoint_id" TEXT NOT NULL,
    "status" "webhook_replay_status" NOT NULL DEFAULT 'RUNNING',
    "from_time" TIMESTAMPTZ(3),
    "to_time" TIMESTAMPTZ(3),
    "types" TEXT[],
    "statuses" "webhook_delivery_status"[],
    "per_second" INTEGER NOT NULL,
    "total" INTEGER NOT NULL,
    "succeeded" INTEGER NOT NULL DEFAULT 0,
    "failed" INTEGER NOT NULL DEFAULT 0,
    "reached" BIGINT NOT NULL DEFAULT 0,
    "last_sequence" BIGINT NOT NULL,
    "worker_id" INTEGER,
    "epoch" BIGINT NOT NULL DEFAULT 0,
    "claimed_until" TIMESTAMPTZ(3),
    "created_by_id" TEXT NOT NULL,
    "created" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "finished_at" TIMESTAMPTZ(3),

    CONSTRAINT "webhook_replay_pkey" PRIMARY KEY ("id")
);

-- CreateIndex
CREATE INDEX "webhook_replay_organization_id_endpoint_id_created_id_idx" ON "webhook_replay"("organization_id", "endpoint_id", "created", "id");

-- AddForeignKey
ALTER TABLE "webhook_replay" ADD CONSTRAINT "webhook_replay_organization_id_endpoint_id_fkey" FOREIGN KEY ("organization_id", "endpoint_id") REFERENCES "webhook_endpoint"("organization_id", "id") ON DELETE CASCADE ON UPDATE CASCADE;

-- One at a time: two would neither keep an order nor a pace.
CREATE UNIQUE INDEX "webhook_replay_running_partial" ON "webhook_replay" ("endpoint_id") WHERE "status" = 'RUNNING';

-- Deliveries that were given up and of which no event tells yet. What was given up before there was
-- such an event stays untold.
UPDATE "webhook_delivery" SET "told" = true WHERE "status" = 'EXHAUSTED';
CREATE INDEX "webhook_delivery_untold_partial" ON "webhook_delivery" ("organization_id", "completed_at") WHERE "status" = 'EXHAUSTED' AND "sequence" IS NOT NULL AND NOT "told";

-- Given up: few among very many, and what a person looks for and replays.
CREATE INDEX "webhook_delivery_exhausted_partial" ON "webhook_delivery" ("endpoint_id", "sequence") WHERE "status" = 'EXHAUSTED' AND "sequence" IS NOT NULL;

-- Endpoints of which a backlog is still being cancelled, batch by batch.
CREATE INDEX "webhook_endpoint_cancelling_partial" ON "webhook_endpoint" ("id") WHERE "cancel_through" IS NOT NULL;

-- Likewise endpoints that were disabled before.
UPDATE "delivery_lane" SET "warned_percent" = 100 FROM "webhook_endpoint"
 WHERE "webhook_endpoint"."id" = "delivery_lane"."endpoint_id" AND "webhook_endpoint"."status" = 'DISABLED';
