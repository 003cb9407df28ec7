-- Assets whose status follows the work on them and their sensors.

-- AlterTable
ALTER TABLE "asset"
    ADD COLUMN "automatic_status" BOOLEAN NOT NULL DEFAULT false,
    ADD COLUMN "status_cause" TEXT;
