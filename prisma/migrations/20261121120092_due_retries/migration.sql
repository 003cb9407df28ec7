-- AlterTable
ALTER TABLE "delivery_lane" ADD COLUMN "retries_ended" BIGINT NOT NULL DEFAULT 0;

-- Which retries of a lane are due, and when the next one is, however many wait. Like the other index
-- of what is being tried again it is never touched by an insert or a first success.
CREATE INDEX "webhook_delivery_retry_due_partial" ON "webhook_delivery" ("endpoint_id", "next_attempt_at") WHERE "status" = 'PENDING' AND "sequence" IS NOT NULL AND "attempt_count" > 0;
