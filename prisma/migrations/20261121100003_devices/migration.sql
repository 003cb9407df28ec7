-- CreateEnum
CREATE TYPE "device_kind" AS ENUM ('KIOSK', 'SIGNAGE', 'PANEL', 'GATEWAY', 'OTHER');

-- CreateEnum
CREATE TYPE "device_sync_status" AS ENUM ('IN_SYNC', 'OUT_OF_SYNC');

-- CreateEnum
CREATE TYPE "device_health" AS ENUM ('ONLINE', 'LOST_COMMUNICATION', 'OFFLINE');

-- CreateTable
CREATE TABLE "device" (
    "id" TEXT NOT NULL,
    "organization_id" TEXT NOT NULL,
    "name" TEXT NOT NULL,
    "kind" "device_kind" NOT NULL,
    "location_id" TEXT NOT NULL,
    "serial_number" TEXT,
    "app_version" TEXT,
    "sync_status" "device_sync_status" NOT NULL DEFAULT 'OUT_OF_SYNC',
    "health" "device_health" NOT NULL DEFAULT 'OFFLINE',
    "heartbeat_seconds" INTEGER NOT NULL DEFAULT 60,
    "last_heartbeat_at" TIMESTAMPTZ(3),
    "health_check_at" TIMESTAMPTZ(3),
    "registered_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "version" INTEGER NOT NULL DEFAULT 1,
    "created" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "updated" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "device_pkey" PRIMARY KEY ("id")
);

-- CreateIndex
CREATE INDEX "device_organization_id_name_id_idx" ON "device"("organization_id", "name", "id");

-- CreateIndex
CREATE INDEX "device_organization_id_location_id_idx" ON "device"("organization_id", "location_id");

-- CreateIndex
CREATE UNIQUE INDEX "device_organization_id_id_key" ON "device"("organization_id", "id");

-- CreateIndex
CREATE UNIQUE INDEX "device_organization_id_serial_number_key" ON "device"("organization_id", "serial_number");

-- AddForeignKey
ALTER TABLE "device" ADD CONSTRAINT "device_organization_id_fkey" FOREIGN KEY ("organization_id") REFERENCES "organization"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "device" ADD CONSTRAINT "device_organization_id_location_id_fkey" FOREIGN KEY ("organization_id", "location_id") REFERENCES "location"("organization_id", "id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- What follows cannot be said in the Prisma schema.

-- What the sweep looks for, and nothing else.
CREATE INDEX "device_health_check_partial" ON "device" ("health_check_at")
  WHERE "health_check_at" IS NOT NULL;
