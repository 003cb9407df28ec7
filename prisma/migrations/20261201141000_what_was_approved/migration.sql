-- Approvals hold what was approved, by whom and through which credential.
ALTER TABLE "quotation" ADD COLUMN "submitted_by_ids" TEXT[] DEFAULT ARRAY[]::TEXT[],
                        ADD COLUMN "submitted_through" TEXT,
                        ADD COLUMN "submitted_digest" CHAR(64),
                        ADD COLUMN "approved_through" TEXT,
                        ADD COLUMN "approved_digest" CHAR(64);
UPDATE "quotation" SET "submitted_by_ids" = ARRAY["submitted_by_id"] WHERE "submitted_by_id" IS NOT NULL;

ALTER TABLE "visitor" ADD COLUMN "approved_by" TEXT,
                      ADD COLUMN "approved_at" TIMESTAMPTZ(3);
ALTER TABLE "visitor_checkpoint" ADD COLUMN "completed_by" TEXT;
