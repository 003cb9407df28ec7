-- AlterTable
ALTER TABLE "organization" ADD COLUMN     "analytics_sample_percent" INTEGER NOT NULL DEFAULT 0;

-- CreateTable
CREATE TABLE "notification" (
    "id" TEXT NOT NULL,
    "organization_id" TEXT NOT NULL,
    "user_id" TEXT NOT NULL,
    "topic" TEXT NOT NULL,
    "title" TEXT NOT NULL,
    "body" TEXT,
    "subject_id" TEXT,
    "read_at" TIMESTAMPTZ(3),
    "created" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "notification_pkey" PRIMARY KEY ("id")
);

-- CreateIndex
CREATE INDEX "notification_organization_id_user_id_id_idx" ON "notification"("organization_id", "user_id", "id");

-- CreateIndex
CREATE UNIQUE INDEX "notification_organization_id_id_key" ON "notification"("organization_id", "id");

-- AddForeignKey
ALTER TABLE "notification" ADD CONSTRAINT "notification_organization_id_user_id_fkey" FOREIGN KEY ("organization_id", "user_id") REFERENCES "app_user"("organization_id", "id") ON DELETE RESTRICT ON UPDATE CASCADE;

ALTER TABLE "organization" ADD CONSTRAINT "organization_analytics_sample_percent_check" CHECK ("analytics_sample_percent" BETWEEN 0 AND 100);
