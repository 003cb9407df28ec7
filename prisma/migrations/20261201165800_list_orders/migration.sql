-- Orders in which lists are read by themselves, or most often by a screen, with the id that breaks ties.
CREATE INDEX "location_organization_id_name_id_idx" ON "location"("organization_id", "name", "id");
CREATE INDEX "app_user_organization_id_name_id_idx" ON "app_user"("organization_id", "name", "id");
CREATE INDEX "work_request_organization_id_created_id_idx" ON "work_request"("organization_id", "created", "id");
CREATE INDEX "work_order_organization_id_due_at_id_idx" ON "work_order"("organization_id", "due_at", "id");
