-- Until when a process may go by what it holds in memory, and what it had heard of by then.
CREATE TABLE "memory_lease" (
    "id" TEXT NOT NULL,
    "organization_id" TEXT NOT NULL DEFAULT '',
    "ends_at" TIMESTAMPTZ(3) NOT NULL,
    "heard" TEXT NOT NULL,

    CONSTRAINT "memory_lease_pkey" PRIMARY KEY ("id")
);

-- What may no longer be gone by as it was before the transaction that wrote this.
CREATE TABLE "recall" (
    "id" BIGSERIAL NOT NULL,
    "organization_id" TEXT NOT NULL,
    "subjects" TEXT[],
    "xid" BIGINT NOT NULL,
    "created" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "recall_pkey" PRIMARY KEY ("id")
);

-- CreateIndex
CREATE INDEX "recall_xid_idx" ON "recall"("xid");

-- CreateIndex
CREATE INDEX "recall_created_idx" ON "recall"("created");

-- Leases are short: nothing is lost if a crash empties the table, and no commit waits for the disk.
ALTER TABLE "memory_lease" SET UNLOGGED;

CREATE FUNCTION "tell_recall"() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  PERFORM pg_notify('plantroom_recall', '');
  RETURN NULL;
END
$$;

CREATE TRIGGER "recall_told" AFTER INSERT ON "recall" FOR EACH STATEMENT EXECUTE FUNCTION "tell_recall"();

-- Whoever changes an endpoint raises its version: what was read of the version before is recalled, by
-- whatever way it was changed.
CREATE FUNCTION "recall_endpoints"() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF EXISTS (SELECT FROM before JOIN after USING (id) WHERE before.version <> after.version) THEN
    INSERT INTO recall (organization_id, subjects, xid)
    SELECT after.organization_id, array_agg(after.id), pg_current_xact_id()::text::bigint
      FROM before JOIN after USING (id)
     WHERE before.version <> after.version GROUP BY after.organization_id;
  END IF;
  RETURN NULL;
END
$$;

CREATE TRIGGER "webhook_endpoint_recalled" AFTER UPDATE ON "webhook_endpoint"
REFERENCING OLD TABLE AS before NEW TABLE AS after
FOR EACH STATEMENT EXECUTE FUNCTION "recall_endpoints"();

-- What was rendered for deliveries that wait, a few hundred of maybe a million: to be taken back when the
-- document or its rights change.
CREATE INDEX "webhook_delivery_rendered_partial" ON "webhook_delivery" ("endpoint_id") WHERE "status" = 'PENDING' AND "payload_key" IS NOT NULL;
