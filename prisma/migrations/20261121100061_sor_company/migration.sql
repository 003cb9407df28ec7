-- CreateIndex
CREATE INDEX "rate_schedule_organization_id_company_id_idx" ON "rate_schedule"("organization_id", "company_id");

-- AddForeignKey
ALTER TABLE "rate_schedule" ADD CONSTRAINT "rate_schedule_organization_id_company_id_fkey" FOREIGN KEY ("organization_id", "company_id") REFERENCES "company"("organization_id", "id") ON DELETE RESTRICT ON UPDATE CASCADE;
