-- Who knows the text of a key: its maker, and whoever rotated it. The audit log knows of rotations
-- before this.
ALTER TABLE "api_key" ADD COLUMN "rotated_by_id" TEXT,
                      ADD COLUMN "known_by_ids" TEXT[] DEFAULT ARRAY[]::TEXT[];

UPDATE "api_key"
   SET "known_by_ids" = ARRAY(
         SELECT "api_key"."created_by_id"
          UNION
         SELECT "actor_id" FROM "audit_entry"
          WHERE "audit_entry"."organization_id" = "api_key"."organization_id"
            AND "subject_id" = "api_key"."id" AND "action" = 'apiKeyRotate' AND "actor_id" IS NOT NULL),
       "rotated_by_id" = (
         SELECT "actor_id" FROM "audit_entry"
          WHERE "audit_entry"."organization_id" = "api_key"."organization_id"
            AND "subject_id" = "api_key"."id" AND "action" = 'apiKeyRotate'
          ORDER BY "created" DESC LIMIT 1);

-- Whose keys are these, when somebody is suspended.
CREATE INDEX "api_key_known_by_ids_idx" ON "api_key" USING gin ("known_by_ids");
