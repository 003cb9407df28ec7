-- Figures over long spans are counted in indexes alone, whatever the width of the rows.

-- How many work orders a place had in a span. Serves what the index without the moment served.
CREATE INDEX "work_order_organization_id_location_id_created_idx" ON "work_order"("organization_id", "location_id", "created");
DROP INDEX "work_order_organization_id_location_id_idx";

-- What was completed when.
CREATE INDEX "work_order_completed_partial" ON "work_order" ("organization_id", "completed_at")
    WHERE "completed_at" IS NOT NULL;

-- What was down lately, of a history that only grows.
CREATE INDEX "asset_status_span_lately_down_partial" ON "asset_status_span"
    ("organization_id", (coalesce("ended_at", 'infinity'::timestamptz)))
    INCLUDE ("asset_id", "started_at", "ended_at") WHERE "status" IN ('OFFLINE', 'MAINTENANCE');
