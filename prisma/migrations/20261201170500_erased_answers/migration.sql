-- Which records a kept answer shows, so that it goes when one of them is erased. Of answers that were kept
-- before nobody knows; they are a day old at most.
ALTER TABLE "idempotency_record" ADD COLUMN "shown_ids" TEXT[],
                                 ALTER COLUMN "answer" DROP NOT NULL;
