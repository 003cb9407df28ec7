-- AlterTable
ALTER TABLE "webhook_endpoint" ADD COLUMN "max_body_bytes" INTEGER;

-- AlterTable
ALTER TABLE "delivery_lane" ADD COLUMN "skipped_first" BIGINT;
