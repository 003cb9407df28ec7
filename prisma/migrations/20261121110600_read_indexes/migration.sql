-- What the health of assets is made of. Each holds a small part of its table, so the figures of a
-- whole organization are read from a few pages.
CREATE INDEX "asset_status_span_down_partial" ON "asset_status_span" ("organization_id", "asset_id")
    INCLUDE ("started_at", "ended_at") WHERE "status" IN ('OFFLINE', 'MAINTENANCE');
CREATE INDEX "work_order_open_of_asset_partial" ON "work_order" ("organization_id", "asset_id")
    INCLUDE ("priority", "type", "due_at")
    WHERE "asset_id" IS NOT NULL AND "status" IN ('OPEN', 'ACCEPTED', 'IN_PROGRESS', 'ON_HOLD', 'REOPENED');
CREATE INDEX "sensor_silent_partial" ON "sensor" ("organization_id", "asset_id") WHERE "stale_since" IS NOT NULL;
