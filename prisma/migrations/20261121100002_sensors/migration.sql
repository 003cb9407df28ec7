-- CreateEnum
CREATE TYPE "sensor_state" AS ENUM ('OK', 'WARNING', 'ALARM', 'OFFLINE');

-- CreateEnum
CREATE TYPE "sensor_aggregation" AS ENUM ('AVERAGE', 'SUM', 'MINIMUM', 'MAXIMUM');

-- CreateEnum
CREATE TYPE "rule_comparison" AS ENUM ('ABOVE', 'BELOW');

-- CreateEnum
CREATE TYPE "pulse_kind" AS ENUM ('SENSOR', 'ASSET', 'GROUP');

-- CreateTable
CREATE TABLE "sensor" (
    "id" TEXT NOT NULL,
    "organization_id" TEXT NOT NULL,
    "name" TEXT NOT NULL,
    "location_id" TEXT NOT NULL,
    "asset_id" TEXT,
    "group_id" TEXT,
    "external_id" TEXT,
    "state" "sensor_state" NOT NULL DEFAULT 'OFFLINE',
    "stale_after_seconds" INTEGER NOT NULL DEFAULT 900,
    "stale_since" TIMESTAMPTZ(3),
    "stale_check_at" TIMESTAMPTZ(3),
    "version" INTEGER NOT NULL DEFAULT 1,
    "created" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "updated" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "sensor_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "sensor_metric" (
    "series" SERIAL NOT NULL,
    "organization_id" TEXT NOT NULL,
    "sensor_id" TEXT NOT NULL,
    "key" TEXT NOT NULL,
    "unit" TEXT,
    "minimum" DOUBLE PRECISION,
    "maximum" DOUBLE PRECISION,
    "warning_below" DOUBLE PRECISION,
    "warning_above" DOUBLE PRECISION,
    "alarm_below" DOUBLE PRECISION,
    "alarm_above" DOUBLE PRECISION,
    "value" DOUBLE PRECISION,
    "at" TIMESTAMPTZ(3),
    "level" SMALLINT NOT NULL DEFAULT 0,

    CONSTRAINT "sensor_metric_pkey" PRIMARY KEY ("series")
);

-- CreateTable
CREATE TABLE "sensor_reading" (
    "series" INTEGER NOT NULL,
    "at" TIMESTAMPTZ(3) NOT NULL,
    "organization_id" TEXT NOT NULL,
    "value" DOUBLE PRECISION NOT NULL,

    CONSTRAINT "sensor_reading_pkey" PRIMARY KEY ("series","at")
) PARTITION BY RANGE ("at");

-- CreateTable
CREATE TABLE "sensor_group" (
    "id" TEXT NOT NULL,
    "organization_id" TEXT NOT NULL,
    "name" TEXT NOT NULL,
    "location_id" TEXT NOT NULL,
    "aggregation" "sensor_aggregation" NOT NULL DEFAULT 'AVERAGE',
    "state" "sensor_state" NOT NULL DEFAULT 'OFFLINE',
    "stale_since" TIMESTAMPTZ(3),
    "version" INTEGER NOT NULL DEFAULT 1,
    "created" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "updated" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "sensor_group_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "sensor_rule" (
    "id" TEXT NOT NULL,
    "organization_id" TEXT NOT NULL,
    "sensor_id" TEXT NOT NULL,
    "metric" TEXT NOT NULL,
    "comparison" "rule_comparison" NOT NULL,
    "threshold" DOUBLE PRECISION NOT NULL,
    "for_seconds" INTEGER NOT NULL,
    "title" TEXT NOT NULL,
    "priority" "work_order_priority" NOT NULL DEFAULT 'HIGH',
    "active" BOOLEAN NOT NULL DEFAULT true,
    "breached_since" TIMESTAMPTZ(3),
    "answered_at" TIMESTAMPTZ(3),
    "work_order_id" TEXT,
    "version" INTEGER NOT NULL DEFAULT 1,
    "created" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "updated" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "sensor_rule_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "telemetry_pulse" (
    "subject_id" TEXT NOT NULL,
    "organization_id" TEXT NOT NULL,
    "kind" "pulse_kind" NOT NULL,
    "pending_since" TIMESTAMPTZ(3),
    "told_at" TIMESTAMPTZ(3),
    "told" JSONB NOT NULL DEFAULT '{}',

    CONSTRAINT "telemetry_pulse_pkey" PRIMARY KEY ("subject_id")
);

-- CreateIndex
CREATE INDEX "sensor_organization_id_name_id_idx" ON "sensor"("organization_id", "name", "id");

-- CreateIndex
CREATE INDEX "sensor_organization_id_location_id_idx" ON "sensor"("organization_id", "location_id");

-- CreateIndex
CREATE INDEX "sensor_organization_id_asset_id_idx" ON "sensor"("organization_id", "asset_id");

-- CreateIndex
CREATE INDEX "sensor_organization_id_group_id_idx" ON "sensor"("organization_id", "group_id");

-- CreateIndex
CREATE UNIQUE INDEX "sensor_organization_id_id_key" ON "sensor"("organization_id", "id");

-- CreateIndex
CREATE UNIQUE INDEX "sensor_organization_id_external_id_key" ON "sensor"("organization_id", "external_id");

-- CreateIndex
CREATE UNIQUE INDEX "sensor_metric_organization_id_sensor_id_key_key" ON "sensor_metric"("organization_id", "sensor_id", "key");

-- CreateIndex
CREATE INDEX "sensor_group_organization_id_name_id_idx" ON "sensor_group"("organization_id", "name", "id");

-- CreateIndex
CREATE INDEX "sensor_group_organization_id_location_id_idx" ON "sensor_group"("organization_id", "location_id");

-- CreateIndex
CREATE UNIQUE INDEX "sensor_group_organization_id_id_key" ON "sensor_group"("organization_id", "id");

-- CreateIndex
CREATE INDEX "sensor_rule_organization_id_sensor_id_idx" ON "sensor_rule"("organization_id", "sensor_id");

-- CreateIndex
CREATE INDEX "sensor_rule_organization_id_work_order_id_idx" ON "sensor_rule"("organization_id", "work_order_id");

-- CreateIndex
CREATE UNIQUE INDEX "sensor_rule_organization_id_id_key" ON "sensor_rule"("organization_id", "id");

-- AddForeignKey
ALTER TABLE "sensor" ADD CONSTRAINT "sensor_organization_id_fkey" FOREIGN KEY ("organization_id") REFERENCES "organization"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "sensor" ADD CONSTRAINT "sensor_organization_id_location_id_fkey" FOREIGN KEY ("organization_id", "location_id") REFERENCES "location"("organization_id", "id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "sensor" ADD CONSTRAINT "sensor_organization_id_asset_id_fkey" FOREIGN KEY ("organization_id", "asset_id") REFERENCES "asset"("organization_id", "id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "sensor" ADD CONSTRAINT "sensor_organization_id_group_id_fkey" FOREIGN KEY ("organization_id", "group_id") REFERENCES "sensor_group"("organization_id", "id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "sensor_metric" ADD CONSTRAINT "sensor_metric_organization_id_sensor_id_fkey" FOREIGN KEY ("organization_id", "sensor_id") REFERENCES "sensor"("organization_id", "id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "sensor_group" ADD CONSTRAINT "sensor_group_organization_id_fkey" FOREIGN KEY ("organization_id") REFERENCES "organization"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "sensor_group" ADD CONSTRAINT "sensor_group_organization_id_location_id_fkey" FOREIGN KEY ("organization_id", "location_id") REFERENCES "location"("organization_id", "id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "sensor_rule" ADD CONSTRAINT "sensor_rule_organization_id_sensor_id_fkey" FOREIGN KEY ("organization_id", "sensor_id") REFERENCES "sensor"("organization_id", "id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "sensor_rule" ADD CONSTRAINT "sensor_rule_organization_id_work_order_id_fkey" FOREIGN KEY ("organization_id", "work_order_id") REFERENCES "work_order"("organization_id", "id") ON DELETE RESTRICT ON UPDATE CASCADE;


-- What follows cannot be said in the Prisma schema.

-- Readings go into a partition per day, which housekeeping makes ahead and drops when it is old;
-- what no partition takes goes here.
CREATE TABLE "sensor_reading_default" PARTITION OF "sensor_reading" DEFAULT;

-- Rows that every reading touches: room in the page lets PostgreSQL update them in place.
ALTER TABLE "sensor_metric" SET (fillfactor = 60, autovacuum_vacuum_scale_factor = 0.05);
ALTER TABLE "telemetry_pulse" SET (fillfactor = 60, autovacuum_vacuum_scale_factor = 0.05);

-- What the sweeps look for, and nothing else.
CREATE INDEX "sensor_stale_check_partial" ON "sensor" ("stale_check_at")
  WHERE "stale_check_at" IS NOT NULL;
CREATE INDEX "telemetry_pulse_pending_partial" ON "telemetry_pulse" ("organization_id", "told_at")
  WHERE "pending_since" IS NOT NULL;
CREATE INDEX "sensor_rule_unanswered_partial" ON "sensor_rule" ("breached_since")
  WHERE "breached_since" IS NOT NULL AND "answered_at" IS NULL;

ALTER TABLE "sensor" ADD CONSTRAINT "sensor_stale_after_seconds_check" CHECK ("stale_after_seconds" > 0);
ALTER TABLE "sensor_rule" ADD CONSTRAINT "sensor_rule_for_seconds_check" CHECK ("for_seconds" >= 0);
