-- What a record's delivery has held back, once it holds it back no more: found without reading what
-- others hold back.
CREATE INDEX "webhook_delivery_untried_partial" ON "webhook_delivery" ("endpoint_id", "subject_id", "sequence") WHERE "status" = 'PENDING' AND "sequence" IS NOT NULL AND "attempt_count" = 0;
