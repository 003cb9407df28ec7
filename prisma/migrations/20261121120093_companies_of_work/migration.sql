-- A company that was never there, or is gone, is in charge of nothing.
UPDATE "work_order" AS w SET "company_id" = NULL
 WHERE "company_id" IS NOT NULL
   AND NOT EXISTS (SELECT 1 FROM "company" AS c WHERE c."organization_id" = w."organization_id" AND c."id" = w."company_id");
UPDATE "maintenance_schedule" AS s SET "company_id" = NULL
 WHERE "company_id" IS NOT NULL
   AND NOT EXISTS (SELECT 1 FROM "company" AS c WHERE c."organization_id" = s."organization_id" AND c."id" = s."company_id");

-- AddForeignKey
ALTER TABLE "work_order" ADD CONSTRAINT "work_order_organization_id_company_id_fkey" FOREIGN KEY ("organization_id", "company_id") REFERENCES "company"("organization_id", "id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "maintenance_schedule" ADD CONSTRAINT "maintenance_schedule_organization_id_company_id_fkey" FOREIGN KEY ("organization_id", "company_id") REFERENCES "company"("organization_id", "id") ON DELETE RESTRICT ON UPDATE CASCADE;
