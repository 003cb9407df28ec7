-- Since when an endpoint is paused, disabled or active: whoever changes the status need not think of it.
ALTER TABLE "webhook_endpoint" ADD COLUMN "status_since" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP;
UPDATE "webhook_endpoint" SET "status_since" = CASE "status" WHEN 'ACTIVE' THEN "created" ELSE "updated" END;

CREATE FUNCTION "note_status_change"() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  NEW.status_since := now();
  RETURN NEW;
END $$;

CREATE TRIGGER "webhook_endpoint_status_since" BEFORE UPDATE OF "status" ON "webhook_endpoint"
  FOR EACH ROW WHEN (OLD."status" IS DISTINCT FROM NEW."status") EXECUTE FUNCTION "note_status_change"();
