-- Until now any text could stand here.
UPDATE "app_user" SET "company_id" = NULL
 WHERE "company_id" IS NOT NULL
   AND NOT EXISTS (SELECT 1 FROM "company"
                    WHERE "company"."organization_id" = "app_user"."organization_id"
                      AND "company"."id" = "app_user"."company_id");

-- CreateIndex
CREATE INDEX "app_user_organization_id_company_id_idx" ON "app_user"("organization_id", "company_id");

-- AddForeignKey
ALTER TABLE "app_user" ADD CONSTRAINT "app_user_organization_id_company_id_fkey" FOREIGN KEY ("organization_id", "company_id") REFERENCES "company"("organization_id", "id") ON DELETE RESTRICT ON UPDATE CASCADE;
