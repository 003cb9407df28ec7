-- Sessions of browsers, whose refresh token lives in a cookie; codes that sign in once.
ALTER TABLE "session" ADD COLUMN "in_cookie" BOOLEAN NOT NULL DEFAULT false;

CREATE TABLE "sign_in_code" (
    "code_hash" CHAR(64) NOT NULL,
    "organization_id" TEXT NOT NULL,
    "user_id" TEXT NOT NULL,
    "expires_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "sign_in_code_pkey" PRIMARY KEY ("code_hash")
);

CREATE INDEX "sign_in_code_organization_id_user_id_idx" ON "sign_in_code"("organization_id", "user_id");

CREATE INDEX "sign_in_code_expires_at_idx" ON "sign_in_code"("expires_at");

ALTER TABLE "sign_in_code" ADD CONSTRAINT "sign_in_code_organization_id_user_id_fkey"
    FOREIGN KEY ("organization_id", "user_id") REFERENCES "app_user"("organization_id", "id") ON DELETE CASCADE ON UPDATE CASCADE;
