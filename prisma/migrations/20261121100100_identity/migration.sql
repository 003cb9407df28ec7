-- DropIndex
DROP INDEX "app_user_email_key";

-- AlterTable
ALTER TABLE "api_key" ADD COLUMN     "expires_at" TIMESTAMPTZ(3),
ADD COLUMN     "integration_id" TEXT,
ADD COLUMN     "last_used_from" TEXT,
ADD COLUMN     "previous_expires_at" TIMESTAMPTZ(3),
ADD COLUMN     "previous_key_hash" CHAR(64),
ADD COLUMN     "rotated_at" TIMESTAMPTZ(3);

-- AlterTable
ALTER TABLE "app_user" ADD COLUMN     "company_id" TEXT,
ADD COLUMN     "invitation_expires_at" TIMESTAMPTZ(3),
ADD COLUMN     "invitation_hash" CHAR(64),
ADD COLUMN     "invited_by_id" TEXT,
ADD COLUMN     "subject" TEXT,
ADD COLUMN     "tokens_valid_from" TIMESTAMPTZ(3);

-- CreateTable
CREATE TABLE "integration" (
    "id" TEXT NOT NULL,
    "organization_id" TEXT NOT NULL,
    "name" TEXT NOT NULL,
    "description" TEXT,
    "scopes" TEXT[],
    "version" INTEGER NOT NULL DEFAULT 1,
    "created" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "updated" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "integration_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "session" (
    "id" TEXT NOT NULL,
    "organization_id" TEXT NOT NULL,
    "user_id" TEXT NOT NULL,
    "remote_address" TEXT NOT NULL,
    "created" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "last_used_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "expires_at" TIMESTAMPTZ(3) NOT NULL,
    "ended_at" TIMESTAMPTZ(3),
    "end_reason" TEXT,

    CONSTRAINT "session_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "refresh_token" (
    "token_hash" CHAR(64) NOT NULL,
    "organization_id" TEXT NOT NULL,
    "session_id" TEXT NOT NULL,
    "created" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "spent_at" TIMESTAMPTZ(3),

    CONSTRAINT "refresh_token_pkey" PRIMARY KEY ("token_hash")
);

-- CreateTable
CREATE TABLE "audit_entry" (
    "id" TEXT NOT NULL,
    "organization_id" TEXT NOT NULL,
    "action" TEXT NOT NULL,
    "actor" JSONB NOT NULL,
    "actor_id" TEXT,
    "subject_id" TEXT,
    "remote_address" TEXT NOT NULL,
    "detail" JSONB NOT NULL,
    "created" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "audit_entry_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "idempotency_record" (
    "organization_id" TEXT NOT NULL,
    "caller_id" TEXT NOT NULL,
    "field" TEXT NOT NULL,
    "key" TEXT NOT NULL,
    "input_hash" CHAR(64) NOT NULL,
    "answer" BYTEA NOT NULL,
    "created" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "idempotency_record_pkey" PRIMARY KEY ("organization_id","caller_id","field","key")
);

-- CreateTable
CREATE TABLE "rate_window" (
    "subject" TEXT NOT NULL,
    "organization_id" TEXT NOT NULL,
    "counts" SMALLINT[],
    "newest" BIGINT NOT NULL,
    "updated" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "rate_window_pkey" PRIMARY KEY ("subject")
);

-- CreateIndex
CREATE UNIQUE INDEX "integration_organization_id_id_key" ON "integration"("organization_id", "id");

-- CreateIndex
CREATE INDEX "session_organization_id_user_id_idx" ON "session"("organization_id", "user_id");

-- CreateIndex
CREATE INDEX "session_expires_at_idx" ON "session"("expires_at");

-- CreateIndex
CREATE UNIQUE INDEX "session_organization_id_id_key" ON "session"("organization_id", "id");

-- CreateIndex
CREATE INDEX "refresh_token_organization_id_session_id_idx" ON "refresh_token"("organization_id", "session_id");

-- CreateIndex
CREATE INDEX "audit_entry_organization_id_created_id_idx" ON "audit_entry"("organization_id", "created", "id");

-- CreateIndex
CREATE INDEX "audit_entry_organization_id_actor_id_created_idx" ON "audit_entry"("organization_id", "actor_id", "created");

-- CreateIndex
CREATE INDEX "audit_entry_organization_id_subject_id_created_idx" ON "audit_entry"("organization_id", "subject_id", "created");

-- CreateIndex
CREATE INDEX "idempotency_record_created_idx" ON "idempotency_record"("created");

-- CreateIndex
CREATE UNIQUE INDEX "api_key_previous_key_hash_key" ON "api_key"("previous_key_hash");

-- CreateIndex
CREATE INDEX "api_key_organization_id_integration_id_idx" ON "api_key"("organization_id", "integration_id");

-- AddForeignKey
ALTER TABLE "integration" ADD CONSTRAINT "integration_organization_id_fkey" FOREIGN KEY ("organization_id") REFERENCES "organization"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "session" ADD CONSTRAINT "session_organization_id_fkey" FOREIGN KEY ("organization_id") REFERENCES "organization"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "session" ADD CONSTRAINT "session_organization_id_user_id_fkey" FOREIGN KEY ("organization_id", "user_id") REFERENCES "app_user"("organization_id", "id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "refresh_token" ADD CONSTRAINT "refresh_token_organization_id_session_id_fkey" FOREIGN KEY ("organization_id", "session_id") REFERENCES "session"("organization_id", "id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "api_key" ADD CONSTRAINT "api_key_organization_id_integration_id_fkey" FOREIGN KEY ("organization_id", "integration_id") REFERENCES "integration"("organization_id", "id") ON DELETE RESTRICT ON UPDATE CASCADE;


-- One address and one provider's person each, but a deleted user gives theirs back.
CREATE UNIQUE INDEX "app_user_email_partial" ON "app_user" ("email") WHERE "status" <> 'DELETED';
CREATE UNIQUE INDEX "app_user_subject_partial" ON "app_user" ("subject") WHERE "status" <> 'DELETED' AND "subject" IS NOT NULL;
CREATE UNIQUE INDEX "app_user_invitation_partial" ON "app_user" ("invitation_hash") WHERE "invitation_hash" IS NOT NULL;

-- The audit log only grows, whoever asks.
CREATE FUNCTION "refuse_audit_change"() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION 'audit_entry is append-only' USING ERRCODE = 'insufficient_privilege';
END
$$;
CREATE TRIGGER "audit_entry_append_only" BEFORE UPDATE OR DELETE OR TRUNCATE ON "audit_entry"
  FOR EACH STATEMENT EXECUTE FUNCTION "refuse_audit_change"();

-- Counters of the last minute: nothing is lost if a crash empties them, and no commit waits for the disk.
-- Room in each page keeps updates out of the index.
ALTER TABLE "rate_window" SET UNLOGGED;
ALTER TABLE "rate_window" SET (fillfactor = 50);

-- Takes up to `wanted` requests from what one subject has left of `maximum` in any 60 seconds, by the
-- clock of the database, which all server processes share.
--
-- The ring has a place per quarter of a second: 240 for the minute, one for the quarter under way, one
-- because what is taken may be used up to a quarter of a second later. `returned` requests, taken in
-- the quarter `returned_slot` and not used, are given back first.
--
-- wait_ms: until `needed` requests would be granted. reset_ms: until the oldest request is forgotten.
CREATE FUNCTION "claim_requests"(
  for_subject text, for_organization text, wanted int, needed int, maximum int,
  returned int, returned_slot bigint,
  OUT granted int, OUT used int, OUT slot bigint, OUT wait_ms int, OUT reset_ms int
) LANGUAGE plpgsql AS $$
DECLARE
  places CONSTANT int := 242;
  slot_ms CONSTANT int := 250;
  now_ms bigint;
  last bigint;
  ring smallint[];
  rest int;
  at bigint;
BEGIN
  SELECT counts, newest INTO ring, last FROM rate_window WHERE subject = for_subject FOR UPDATE;
  IF NOT FOUND THEN
    INSERT INTO rate_window (subject, organization_id, counts, newest)
    VALUES (for_subject, for_organization, array_fill(0::smallint, ARRAY[places]), 0)
    ON CONFLICT DO NOTHING;
    SELECT counts, newest INTO ring, last FROM rate_window WHERE subject = for_subject FOR UPDATE;
  END IF;
  now_ms := floor(extract(epoch FROM clock_timestamp()) * 1000);
  -- A clock that was set back stands still until it has caught up.
  slot := greatest(now_ms / slot_ms, last);
  IF slot - last >= places THEN
    ring := array_fill(0::smallint, ARRAY[places]);
  ELSE
    FOR step IN 1 .. (slot - last)::int LOOP ring[(last + step) % places + 1] := 0; END LOOP;
  END IF;
  IF returned > 0 AND returned_slot > slot - places THEN
    ring[returned_slot % places + 1] := greatest(0, ring[returned_slot % places + 1] - returned);
  END IF;
  SELECT coalesce(sum(count), 0) INTO used FROM unnest(ring) AS count;
  granted := greatest(0, least(wanted, maximum - used, 32767 - ring[slot % places + 1]));
  IF granted < needed THEN granted := 0; END IF;
  ring[slot % places + 1] := ring[slot % places + 1] + granted;
  used := used + granted;
  wait_ms := 0;
  reset_ms := 0;
  rest := used;
  FOR step IN 1 .. places LOOP
    at := slot - places + step;
    IF ring[at % places + 1] > 0 THEN
      rest := rest - ring[at % places + 1];
      IF reset_ms = 0 THEN reset_ms := (at + places) * slot_ms - now_ms; END IF;
      IF granted = 0 AND rest + needed <= maximum THEN
        wait_ms := (at + places) * slot_ms - now_ms;
        EXIT;
      END IF;
      IF granted > 0 THEN EXIT; END IF;
    END IF;
  END LOOP;
  UPDATE rate_window SET counts = ring, newest = slot, updated = now() WHERE subject = for_subject;
END
$$;
