-- An address, or a person at the external provider, may have an account in each organization: what one
-- organization enters says nothing about another. Sign-in looks at all of them.
DROP INDEX "app_user_email_partial";
DROP INDEX "app_user_subject_partial";
CREATE UNIQUE INDEX "app_user_organization_email_partial" ON "app_user" ("organization_id", "email") WHERE "status" <> 'DELETED';
CREATE UNIQUE INDEX "app_user_organization_subject_partial" ON "app_user" ("organization_id", "subject") WHERE "status" <> 'DELETED' AND "subject" IS NOT NULL;
CREATE INDEX "app_user_email_idx" ON "app_user"("email");
CREATE INDEX "app_user_subject_idx" ON "app_user"("subject");

-- A new address of somebody with a password takes effect when they confirm it.
ALTER TABLE "app_user" ADD COLUMN "pending_email" TEXT,
                       ADD COLUMN "subject_since" TIMESTAMPTZ(3);
UPDATE "app_user" SET "subject_since" = "created" WHERE "subject" IS NOT NULL;
