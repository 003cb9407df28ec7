-- CreateTable
CREATE TABLE "sign_in_bucket" (
    "subject" TEXT NOT NULL,
    "organization_id" TEXT NOT NULL,
    "spent" DOUBLE PRECISION NOT NULL,
    "updated" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "sign_in_bucket_pkey" PRIMARY KEY ("subject")
);

-- CreateIndex
CREATE INDEX "sign_in_bucket_updated_idx" ON "sign_in_bucket"("updated");

-- Nothing is lost if a crash empties it, and no commit waits for the disk.
ALTER TABLE "sign_in_bucket" SET UNLOGGED;

-- Takes one attempt from each bucket, or none from any. Every bucket holds `most` attempts and gets one
-- back every `refill_ms`. Answers how long to wait, ms; 0 = taken. The subjects come in a fixed order, so
-- that two of these never wait for each other.
CREATE FUNCTION "take_sign_in"(subjects text[], most int[], refill_ms int[]) RETURNS int
LANGUAGE plpgsql AS $$
DECLARE
  at timestamptz;
  spent_now double precision[] := '{}';
  one record;
  wait double precision := 0;
BEGIN
  INSERT INTO sign_in_bucket (subject, organization_id, spent)
  SELECT subject, '', 0 FROM unnest(subjects) AS subject ORDER BY 1
      ON CONFLICT DO NOTHING;
  FOR place IN 1 .. cardinality(subjects) LOOP
    SELECT spent, updated INTO one FROM sign_in_bucket WHERE subject = subjects[place] FOR UPDATE;
    at := clock_timestamp();
    spent_now[place] := greatest(0, coalesce(one.spent, 0)
      - greatest(0, extract(epoch FROM at - coalesce(one.updated, at)) * 1000 / refill_ms[place]));
    wait := greatest(wait, (spent_now[place] + 1 - most[place]) * refill_ms[place]);
  END LOOP;
  IF wait > 0 THEN RETURN ceil(wait); END IF;
  FOR place IN 1 .. cardinality(subjects) LOOP
    UPDATE sign_in_bucket SET spent = spent_now[place] + 1, updated = clock_timestamp()
     WHERE subject = subjects[place];
  END LOOP;
  RETURN 0;
END
$$;
