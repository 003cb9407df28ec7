-- AlterEnum
ALTER TYPE "webhook_delivery_status" ADD VALUE 'SKIPPED';

-- CreateEnum
CREATE TYPE "webhook_payload_status" AS ENUM ('VALID', 'INVALID');

-- AlterTable
ALTER TABLE "webhook_endpoint" ADD COLUMN     "integration_id" TEXT,
ADD COLUMN     "payload" TEXT,
ADD COLUMN     "payload_checked" CHAR(64),
ADD COLUMN     "payload_error" JSONB,
ADD COLUMN     "payload_hash" CHAR(64),
ADD COLUMN     "payload_status" "webhook_payload_status";

-- AlterTable
ALTER TABLE "webhook_delivery" ADD COLUMN     "payload_key" CHAR(64),
ADD COLUMN     "skip_reason" TEXT;

-- Endpoints of an integration, when its scopes change; most endpoints belong to none.
CREATE INDEX "webhook_endpoint_integration_partial" ON "webhook_endpoint" ("organization_id", "integration_id") WHERE "integration_id" IS NOT NULL;
-- Endpoints whose document must be checked against another schema; few have one.
CREATE INDEX "webhook_endpoint_payload_partial" ON "webhook_endpoint" ("id") WHERE "payload" IS NOT NULL AND "deleted_at" IS NULL;
