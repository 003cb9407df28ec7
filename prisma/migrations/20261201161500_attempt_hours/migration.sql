-- Attempts by hour, written with the log and read instead of it. Updated many times an hour: room is left
-- in each page for it.
CREATE TABLE "webhook_attempt_hour" (
    "endpoint_id" TEXT NOT NULL,
    "organization_id" TEXT NOT NULL,
    "hour" TIMESTAMPTZ(3) NOT NULL,
    "event_type" TEXT NOT NULL,
    "status_code" SMALLINT NOT NULL,
    "failure" TEXT NOT NULL,
    "attempts" INTEGER NOT NULL,
    "le10" INTEGER NOT NULL DEFAULT 0,
    "le25" INTEGER NOT NULL DEFAULT 0,
    "le50" INTEGER NOT NULL DEFAULT 0,
    "le100" INTEGER NOT NULL DEFAULT 0,
    "le250" INTEGER NOT NULL DEFAULT 0,
    "le500" INTEGER NOT NULL DEFAULT 0,
    "le1000" INTEGER NOT NULL DEFAULT 0,
    "le2500" INTEGER NOT NULL DEFAULT 0,
    "le5000" INTEGER NOT NULL DEFAULT 0,
    "le10000" INTEGER NOT NULL DEFAULT 0,
    "le30000" INTEGER NOT NULL DEFAULT 0,

    CONSTRAINT "webhook_attempt_hour_pkey" PRIMARY KEY ("endpoint_id", "hour", "event_type", "status_code", "failure")
) WITH (fillfactor = 50);

CREATE INDEX "webhook_attempt_hour_hour_idx" ON "webhook_attempt_hour"("hour");

-- What is in the log already.
INSERT INTO "webhook_attempt_hour" ("endpoint_id", "organization_id", "hour", "event_type", "status_code", "failure",
       "attempts", "le10", "le25", "le50", "le100", "le250", "le500", "le1000", "le2500", "le5000", "le10000", "le30000")
    SELECT attempt.endpoint_id, attempt.organization_id, date_trunc('hour', attempt.started_at, 'UTC'),
           delivery.event_type, coalesce(attempt.status_code, 0), coalesce(attempt.failure, ''), count(*),
           count(*) FILTER (WHERE attempt.total_ms <= 10),
           count(*) FILTER (WHERE attempt.total_ms <= 25 AND attempt.total_ms > 10),
           count(*) FILTER (WHERE attempt.total_ms <= 50 AND attempt.total_ms > 25),
           count(*) FILTER (WHERE attempt.total_ms <= 100 AND attempt.total_ms > 50),
           count(*) FILTER (WHERE attempt.total_ms <= 250 AND attempt.total_ms > 100),
           count(*) FILTER (WHERE attempt.total_ms <= 500 AND attempt.total_ms > 250),
           count(*) FILTER (WHERE attempt.total_ms <= 1000 AND attempt.total_ms > 500),
           count(*) FILTER (WHERE attempt.total_ms <= 2500 AND attempt.total_ms > 1000),
           count(*) FILTER (WHERE attempt.total_ms <= 5000 AND attempt.total_ms > 2500),
           count(*) FILTER (WHERE attempt.total_ms <= 10000 AND attempt.total_ms > 5000),
           count(*) FILTER (WHERE attempt.total_ms <= 30000 AND attempt.total_ms > 10000)
      FROM webhook_attempt AS attempt JOIN webhook_delivery AS delivery ON delivery.id = attempt.delivery_id
     WHERE attempt.trigger NOT IN ('TEST', 'SYNC')
     GROUP BY 1, 2, 3, 4, 5, 6;

-- Deliveries of one record, newest first.
CREATE INDEX "webhook_delivery_subject_id_created_idx" ON "webhook_delivery"("subject_id", "created");
