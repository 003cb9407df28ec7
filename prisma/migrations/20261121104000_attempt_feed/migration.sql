-- The live delivery log reads on by the transaction that wrote an attempt: attempts are written in
-- another order than they start in. Rows lie in the order of that number, so a BRIN index finds the
-- end of the table and costs the writers next to nothing.
ALTER TABLE "webhook_attempt" ADD COLUMN "logged_in" BIGINT NOT NULL DEFAULT ((pg_current_xact_id())::text)::bigint;
CREATE INDEX "webhook_attempt_logged_in_brin" ON "webhook_attempt" USING brin ("logged_in") WITH (pages_per_range = 16, autosummarize = on);
