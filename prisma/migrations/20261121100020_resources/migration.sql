-- CreateEnum
CREATE TYPE "resource_type" AS ENUM ('ROOM', 'DESK', 'PARKING', 'EQUIPMENT', 'OTHER');

-- CreateEnum
CREATE TYPE "reservable_status" AS ENUM ('RESERVABLE', 'NOT_RESERVABLE', 'IOT_ONLY');

-- CreateTable
CREATE TABLE "resource" (
    "id" TEXT NOT NULL,
    "organization_id" TEXT NOT NULL,
    "name" TEXT NOT NULL,
    "description" TEXT,
    "type" "resource_type" NOT NULL DEFAULT 'ROOM',
    "location_id" TEXT NOT NULL,
    "capacity" INTEGER,
    "reservable_status" "reservable_status" NOT NULL DEFAULT 'RESERVABLE',
    "requires_approval" BOOLEAN NOT NULL DEFAULT false,
    "requires_check_in" BOOLEAN NOT NULL DEFAULT false,
    "check_in_opens_minutes" INTEGER NOT NULL DEFAULT 15,
    "release_after_minutes" INTEGER NOT NULL DEFAULT 15,
    "buffer_minutes" INTEGER NOT NULL DEFAULT 0,
    "min_minutes" INTEGER,
    "max_minutes" INTEGER,
    "max_advance_days" INTEGER,
    "open_hours" JSONB,
    "max_concurrent" INTEGER NOT NULL DEFAULT 1,
    "archived_at" TIMESTAMPTZ(3),
    "version" INTEGER NOT NULL DEFAULT 1,
    "created" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "updated" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "resource_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "service_group" (
    "id" TEXT NOT NULL,
    "organization_id" TEXT NOT NULL,
    "name" TEXT NOT NULL,
    "description" TEXT,
    "version" INTEGER NOT NULL DEFAULT 1,
    "created" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "updated" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "service_group_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "service" (
    "id" TEXT NOT NULL,
    "organization_id" TEXT NOT NULL,
    "name" TEXT NOT NULL,
    "description" TEXT,
    "group_id" TEXT,
    "duration_minutes" INTEGER,
    "price_cents" INTEGER,
    "version" INTEGER NOT NULL DEFAULT 1,
    "created" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "updated" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "service_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "service_resource" (
    "organization_id" TEXT NOT NULL,
    "service_id" TEXT NOT NULL,
    "resource_id" TEXT NOT NULL,

    CONSTRAINT "service_resource_pkey" PRIMARY KEY ("organization_id","service_id","resource_id")
);

-- CreateTable
CREATE TABLE "shift" (
    "id" TEXT NOT NULL,
    "organization_id" TEXT NOT NULL,
    "resource_id" TEXT NOT NULL,
    "user_id" TEXT,
    "start_time" TIMESTAMPTZ(3) NOT NULL,
    "end_time" TIMESTAMPTZ(3) NOT NULL,
    "note" TEXT,
    "version" INTEGER NOT NULL DEFAULT 1,
    "created" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "updated" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "shift_pkey" PRIMARY KEY ("id")
);

-- CreateIndex
CREATE INDEX "resource_organization_id_name_id_idx" ON "resource"("organization_id", "name", "id");

-- CreateIndex
CREATE INDEX "resource_organization_id_location_id_idx" ON "resource"("organization_id", "location_id");

-- CreateIndex
CREATE UNIQUE INDEX "resource_organization_id_id_key" ON "resource"("organization_id", "id");

-- CreateIndex
CREATE INDEX "service_group_organization_id_name_id_idx" ON "service_group"("organization_id", "name", "id");

-- CreateIndex
CREATE UNIQUE INDEX "service_group_organization_id_id_key" ON "service_group"("organization_id", "id");

-- CreateIndex
CREATE INDEX "service_organization_id_name_id_idx" ON "service"("organization_id", "name", "id");

-- CreateIndex
CREATE INDEX "service_organization_id_group_id_idx" ON "service"("organization_id", "group_id");

-- CreateIndex
CREATE UNIQUE INDEX "service_organization_id_id_key" ON "service"("organization_id", "id");

-- CreateIndex
CREATE INDEX "service_resource_organization_id_resource_id_idx" ON "service_resource"("organization_id", "resource_id");

-- CreateIndex
CREATE INDEX "shift_organization_id_start_time_id_idx" ON "shift"("organization_id", "start_time", "id");

-- CreateIndex
CREATE INDEX "shift_organization_id_resource_id_start_time_idx" ON "shift"("organization_id", "resource_id", "start_time");

-- CreateIndex
CREATE UNIQUE INDEX "shift_organization_id_id_key" ON "shift"("organization_id", "id");

-- AddForeignKey
ALTER TABLE "resource" ADD CONSTRAINT "resource_organization_id_fkey" FOREIGN KEY ("organization_id") REFERENCES "organization"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "resource" ADD CONSTRAINT "resource_organization_id_location_id_fkey" FOREIGN KEY ("organization_id", "location_id") REFERENCES "location"("organization_id", "id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "service_group" ADD CONSTRAINT "service_group_organization_id_fkey" FOREIGN KEY ("organization_id") REFERENCES "organization"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "service" ADD CONSTRAINT "service_organization_id_fkey" FOREIGN KEY ("organization_id") REFERENCES "organization"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "service" ADD CONSTRAINT "service_organization_id_group_id_fkey" FOREIGN KEY ("organization_id", "group_id") REFERENCES "service_group"("organization_id", "id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "service_resource" ADD CONSTRAINT "service_resource_organization_id_service_id_fkey" FOREIGN KEY ("organization_id", "service_id") REFERENCES "service"("organization_id", "id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "service_resource" ADD CONSTRAINT "service_resource_organization_id_resource_id_fkey" FOREIGN KEY ("organization_id", "resource_id") REFERENCES "resource"("organization_id", "id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "shift" ADD CONSTRAINT "shift_organization_id_fkey" FOREIGN KEY ("organization_id") REFERENCES "organization"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "shift" ADD CONSTRAINT "shift_organization_id_resource_id_fkey" FOREIGN KEY ("organization_id", "resource_id") REFERENCES "resource"("organization_id", "id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "shift" ADD CONSTRAINT "shift_organization_id_user_id_fkey" FOREIGN KEY ("organization_id", "user_id") REFERENCES "app_user"("organization_id", "id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- What the rules of the API promise, for whoever writes past it.
ALTER TABLE "resource"
    ADD CONSTRAINT "resource_max_concurrent_check" CHECK ("max_concurrent" >= 1),
    ADD CONSTRAINT "resource_minutes_check" CHECK (
        "check_in_opens_minutes" >= 0 AND "release_after_minutes" >= 1 AND "buffer_minutes" >= 0
        AND ("min_minutes" IS NULL OR "max_minutes" IS NULL OR "min_minutes" <= "max_minutes"));
ALTER TABLE "service" ADD CONSTRAINT "service_price_check" CHECK ("price_cents" >= 0);
ALTER TABLE "shift" ADD CONSTRAINT "shift_time_check" CHECK ("start_time" < "end_time");
