-- Since when a delivery tells nothing of an erased person: answers to it that are logged later are not kept.
ALTER TABLE "webhook_delivery" ADD COLUMN "redacted_at" TIMESTAMPTZ(3);
