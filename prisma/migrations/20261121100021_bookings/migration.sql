-- CreateEnum
CREATE TYPE "booking_status" AS ENUM ('PENDING', 'CONFIRMED', 'CHECKED_IN', 'COMPLETED', 'CANCELLED', 'NO_SHOW', 'REJECTED');

-- CreateEnum
CREATE TYPE "booking_frequency" AS ENUM ('DAILY', 'WEEKLY', 'MONTHLY');

-- CreateEnum
CREATE TYPE "booking_series_status" AS ENUM ('ACTIVE', 'CANCELLED');

-- CreateTable
CREATE TABLE "booking" (
    "id" TEXT NOT NULL,
    "organization_id" TEXT NOT NULL,
    "resource_id" TEXT NOT NULL,
    "series_id" TEXT,
    "service_id" TEXT,
    "title" TEXT,
    "attendees" INTEGER,
    "status" "booking_status" NOT NULL DEFAULT 'CONFIRMED',
    "start_time" TIMESTAMPTZ(3) NOT NULL,
    "end_time" TIMESTAMPTZ(3) NOT NULL,
    "hold_end" TIMESTAMPTZ(3) NOT NULL,
    "exclusive" BOOLEAN NOT NULL,
    "check_in_opens_at" TIMESTAMPTZ(3) NOT NULL,
    "check_in_deadline" TIMESTAMPTZ(3) NOT NULL,
    "auto_release" BOOLEAN NOT NULL,
    "booked_by_id" TEXT,
    "approved_by_id" TEXT,
    "approved_at" TIMESTAMPTZ(3),
    "reject_reason" TEXT,
    "cancelled_by_id" TEXT,
    "cancelled_at" TIMESTAMPTZ(3),
    "cancel_reason" TEXT,
    "checked_in_at" TIMESTAMPTZ(3),
    "released_at" TIMESTAMPTZ(3),
    "ended_at" TIMESTAMPTZ(3),
    "version" INTEGER NOT NULL DEFAULT 1,
    "created" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "updated" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "booking_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "booking_series" (
    "id" TEXT NOT NULL,
    "organization_id" TEXT NOT NULL,
    "resource_id" TEXT NOT NULL,
    "title" TEXT,
    "status" "booking_series_status" NOT NULL DEFAULT 'ACTIVE',
    "frequency" "booking_frequency" NOT NULL,
    "interval" INTEGER NOT NULL DEFAULT 1,
    "days_of_week" INTEGER[],
    "count" INTEGER,
    "until" TIMESTAMPTZ(3),
    "timezone" TEXT NOT NULL,
    "booked_by_id" TEXT,
    "cancelled_by_id" TEXT,
    "cancelled_at" TIMESTAMPTZ(3),
    "cancel_reason" TEXT,
    "version" INTEGER NOT NULL DEFAULT 1,
    "created" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "updated" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "booking_series_pkey" PRIMARY KEY ("id")
);

-- CreateIndex
CREATE INDEX "booking_organization_id_start_time_id_idx" ON "booking"("organization_id", "start_time", "id");

-- CreateIndex
CREATE INDEX "booking_organization_id_created_id_idx" ON "booking"("organization_id", "created", "id");

-- CreateIndex
CREATE INDEX "booking_organization_id_resource_id_start_time_idx" ON "booking"("organization_id", "resource_id", "start_time");

-- CreateIndex
CREATE INDEX "booking_organization_id_booked_by_id_start_time_idx" ON "booking"("organization_id", "booked_by_id", "start_time");

-- CreateIndex
CREATE INDEX "booking_organization_id_series_id_start_time_idx" ON "booking"("organization_id", "series_id", "start_time");

-- CreateIndex
CREATE INDEX "booking_organization_id_service_id_idx" ON "booking"("organization_id", "service_id");

-- CreateIndex
CREATE UNIQUE INDEX "booking_organization_id_id_key" ON "booking"("organization_id", "id");

-- CreateIndex
CREATE INDEX "booking_series_organization_id_created_id_idx" ON "booking_series"("organization_id", "created", "id");

-- CreateIndex
CREATE INDEX "booking_series_organization_id_resource_id_idx" ON "booking_series"("organization_id", "resource_id");

-- CreateIndex
CREATE UNIQUE INDEX "booking_series_organization_id_id_key" ON "booking_series"("organization_id", "id");

-- AddForeignKey
ALTER TABLE "booking" ADD CONSTRAINT "booking_organization_id_fkey" FOREIGN KEY ("organization_id") REFERENCES "organization"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "booking" ADD CONSTRAINT "booking_organization_id_resource_id_fkey" FOREIGN KEY ("organization_id", "resource_id") REFERENCES "resource"("organization_id", "id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "booking" ADD CONSTRAINT "booking_organization_id_series_id_fkey" FOREIGN KEY ("organization_id", "series_id") REFERENCES "booking_series"("organization_id", "id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "booking" ADD CONSTRAINT "booking_organization_id_service_id_fkey" FOREIGN KEY ("organization_id", "service_id") REFERENCES "service"("organization_id", "id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "booking" ADD CONSTRAINT "booking_organization_id_booked_by_id_fkey" FOREIGN KEY ("organization_id", "booked_by_id") REFERENCES "app_user"("organization_id", "id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "booking" ADD CONSTRAINT "booking_organization_id_approved_by_id_fkey" FOREIGN KEY ("organization_id", "approved_by_id") REFERENCES "app_user"("organization_id", "id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "booking" ADD CONSTRAINT "booking_organization_id_cancelled_by_id_fkey" FOREIGN KEY ("organization_id", "cancelled_by_id") REFERENCES "app_user"("organization_id", "id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "booking_series" ADD CONSTRAINT "booking_series_organization_id_fkey" FOREIGN KEY ("organization_id") REFERENCES "organization"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "booking_series" ADD CONSTRAINT "booking_series_organization_id_resource_id_fkey" FOREIGN KEY ("organization_id", "resource_id") REFERENCES "resource"("organization_id", "id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- btree_gist lets an ordinary column stand beside a range in one GiST index.
CREATE EXTENSION IF NOT EXISTS btree_gist;

-- The promise of bookings, kept by the database whatever writes to it: of a resource that takes one
-- booking at a time, no two holds overlap. Half-open, so that one may begin when another ends. The
-- buffer stands behind each booking only: [start, end + buffer) on both sides keeps exactly the
-- buffer between two. A completed booking keeps its buffer; one that ended early gave the rest back.
ALTER TABLE "booking"
    ADD CONSTRAINT "booking_no_overlap" EXCLUDE USING gist (
        "resource_id" WITH =,
        tstzrange("start_time", "hold_end", '[)') WITH &&
    ) WHERE ("exclusive" AND "status" IN ('PENDING', 'CONFIRMED', 'CHECKED_IN', 'COMPLETED'));

ALTER TABLE "booking"
    ADD CONSTRAINT "booking_time_check" CHECK ("start_time" < "end_time" AND "start_time" <= "hold_end"),
    ADD CONSTRAINT "booking_check_in_check" CHECK ("check_in_opens_at" <= "start_time" AND "check_in_deadline" <= "end_time"),
    ADD CONSTRAINT "booking_attendees_check" CHECK ("attendees" >= 1);

-- What the clock does next: only bookings that still wait for it, so these stay small.
CREATE INDEX "booking_unapproved_partial" ON "booking" ("start_time") WHERE ("status" = 'PENDING');
CREATE INDEX "booking_releasable_partial" ON "booking" ("check_in_deadline") WHERE ("status" = 'CONFIRMED' AND "auto_release");
CREATE INDEX "booking_running_partial" ON "booking" ("end_time") WHERE ("status" = 'CHECKED_IN' OR ("status" = 'CONFIRMED' AND NOT "auto_release"));
