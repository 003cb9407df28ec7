-- CreateEnum
CREATE TYPE "company_kind" AS ENUM ('BRANCH', 'CONTRACTOR', 'TENANT', 'VENDOR');

-- CreateTable
CREATE TABLE "company" (
    "id" TEXT NOT NULL,
    "organization_id" TEXT NOT NULL,
    "name" TEXT NOT NULL,
    "kind" "company_kind" NOT NULL,
    "email" TEXT,
    "phone" TEXT,
    "address" TEXT,
    "external_id" TEXT,
    "version" INTEGER NOT NULL DEFAULT 1,
    "created" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "updated" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "company_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "manager" (
    "id" TEXT NOT NULL,
    "organization_id" TEXT NOT NULL,
    "user_id" TEXT NOT NULL,
    "company_id" TEXT,
    "location_id" TEXT,
    "title" TEXT,
    "version" INTEGER NOT NULL DEFAULT 1,
    "created" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "updated" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "manager_pkey" PRIMARY KEY ("id")
);

-- CreateIndex
CREATE INDEX "company_organization_id_name_id_idx" ON "company"("organization_id", "name", "id");

-- CreateIndex
CREATE UNIQUE INDEX "company_organization_id_id_key" ON "company"("organization_id", "id");

-- CreateIndex
CREATE INDEX "manager_organization_id_user_id_idx" ON "manager"("organization_id", "user_id");

-- CreateIndex
CREATE UNIQUE INDEX "manager_organization_id_id_key" ON "manager"("organization_id", "id");

-- CreateIndex
CREATE UNIQUE INDEX "manager_organization_id_company_id_user_id_key" ON "manager"("organization_id", "company_id", "user_id");

-- CreateIndex
CREATE UNIQUE INDEX "manager_organization_id_location_id_user_id_key" ON "manager"("organization_id", "location_id", "user_id");

-- AddForeignKey
ALTER TABLE "company" ADD CONSTRAINT "company_organization_id_fkey" FOREIGN KEY ("organization_id") REFERENCES "organization"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "manager" ADD CONSTRAINT "manager_organization_id_user_id_fkey" FOREIGN KEY ("organization_id", "user_id") REFERENCES "app_user"("organization_id", "id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "manager" ADD CONSTRAINT "manager_organization_id_company_id_fkey" FOREIGN KEY ("organization_id", "company_id") REFERENCES "company"("organization_id", "id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "manager" ADD CONSTRAINT "manager_organization_id_location_id_fkey" FOREIGN KEY ("organization_id", "location_id") REFERENCES "location"("organization_id", "id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- A manager stands for exactly one thing.
ALTER TABLE "manager" ADD CONSTRAINT "manager_of_one_thing_check" CHECK (("company_id" IS NULL) <> ("location_id" IS NULL));
