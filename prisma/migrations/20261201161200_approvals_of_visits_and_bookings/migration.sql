-- Approvals of visits and bookings hold what was approved and through which credential, like those of quotations.
ALTER TABLE "visitor" ADD COLUMN "approved_through" TEXT,
                      ADD COLUMN "approved_digest" CHAR(64);
ALTER TABLE "booking" ADD COLUMN "approved_through" TEXT,
                      ADD COLUMN "approved_digest" CHAR(64);
