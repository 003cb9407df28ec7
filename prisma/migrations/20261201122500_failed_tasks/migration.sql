-- What time brings and did not get done: set aside, listed, tried again.

-- CreateTable
CREATE TABLE "failed_task" (
    "id" TEXT NOT NULL,
    "organization_id" TEXT NOT NULL,
    "task" TEXT NOT NULL,
    "record_id" TEXT NOT NULL,
    "reason" TEXT NOT NULL,
    "error" TEXT NOT NULL,
    "attempts" INTEGER NOT NULL,
    "announced" BOOLEAN NOT NULL DEFAULT false,
    "created" TIMESTAMPTZ(3) NOT NULL,
    "last_failed_at" TIMESTAMPTZ(3) NOT NULL,
    "next_try_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "failed_task_pkey" PRIMARY KEY ("id")
);

-- CreateIndex
CREATE UNIQUE INDEX "failed_task_organization_id_id_key" ON "failed_task"("organization_id", "id");

-- CreateIndex
CREATE UNIQUE INDEX "failed_task_organization_id_task_record_id_key" ON "failed_task"("organization_id", "task", "record_id");

-- CreateIndex
CREATE INDEX "failed_task_organization_id_last_failed_at_id_idx" ON "failed_task"("organization_id", "last_failed_at", "id");

-- CreateIndex
CREATE INDEX "failed_task_task_next_try_at_idx" ON "failed_task"("task", "next_try_at");

-- When a site closes on a visit: the first closing after `base`; for whoever did not come by then, the
-- end of that day. In local time, so that a day is a day across a change of the clocks. A zone that
-- PostgreSQL does not know gives -infinity and no error: one place must not stop all others.
CREATE FUNCTION "visit_closing"(base timestamptz, zone text, closes_at_minute integer, inside boolean)
RETURNS timestamptz LANGUAGE plpgsql STABLE AS $$
DECLARE
  day timestamp;
  after_midnight interval := closes_at_minute * interval '1 minute';
BEGIN
  day := date_trunc('day', base AT TIME ZONE zone);
  IF (day + after_midnight) AT TIME ZONE zone > base THEN
    RETURN (day + after_midnight) AT TIME ZONE zone;
  ELSIF inside THEN
    RETURN (day + interval '1 day' + after_midnight) AT TIME ZONE zone;
  END IF;
  RETURN (day + interval '1 day') AT TIME ZONE zone;
EXCEPTION WHEN invalid_parameter_value THEN
  RETURN '-infinity';
END $$;
