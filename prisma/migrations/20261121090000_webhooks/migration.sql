-- CreateEnum
CREATE TYPE "webhook_endpoint_status" AS ENUM ('ACTIVE', 'PAUSED', 'DISABLED');

-- CreateEnum
CREATE TYPE "webhook_ordering" AS ENUM ('ENDPOINT', 'OBJECT', 'NONE');

-- CreateEnum
CREATE TYPE "webhook_delivery_status" AS ENUM ('PENDING', 'SUCCEEDED', 'EXHAUSTED', 'CANCELLED');

-- CreateEnum
CREATE TYPE "webhook_attempt_trigger" AS ENUM ('SCHEDULED', 'MANUAL', 'TEST');

-- CreateTable
CREATE TABLE "webhook_endpoint" (
    "id" TEXT NOT NULL,
    "organization_id" TEXT NOT NULL,
    "url" TEXT NOT NULL,
    "name" TEXT,
    "description" TEXT,
    "event_types" TEXT[],
    "status" "webhook_endpoint_status" NOT NULL DEFAULT 'ACTIVE',
    "disabled_reason" TEXT,
    "ordering" "webhook_ordering" NOT NULL DEFAULT 'ENDPOINT',
    "max_in_flight" INTEGER NOT NULL DEFAULT 10,
    "filter" JSONB,
    "changed_fields" TEXT[],
    "header_names" TEXT[],
    "headers_sealed" BYTEA,
    "created_by_id" TEXT NOT NULL,
    "version" INTEGER NOT NULL DEFAULT 1,
    "created" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "updated" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "deleted_at" TIMESTAMPTZ(3),

    CONSTRAINT "webhook_endpoint_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "webhook_endpoint_secret" (
    "id" TEXT NOT NULL,
    "organization_id" TEXT NOT NULL,
    "endpoint_id" TEXT NOT NULL,
    "sealed" BYTEA NOT NULL,
    "created" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "expires_at" TIMESTAMPTZ(3),

    CONSTRAINT "webhook_endpoint_secret_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "delivery_lane" (
    "endpoint_id" TEXT NOT NULL,
    "organization_id" TEXT NOT NULL,
    "last_sequence" BIGINT NOT NULL DEFAULT 0,
    "worker_id" INTEGER,
    "epoch" BIGINT NOT NULL DEFAULT 0,
    "claimed_until" TIMESTAMPTZ(3),
    "woken" BOOLEAN NOT NULL DEFAULT false,
    "wake_at" TIMESTAMPTZ(3),
    "resumed_at" TIMESTAMPTZ(3),
    "consecutive_failures" INTEGER NOT NULL DEFAULT 0,
    "failing_since" TIMESTAMPTZ(3),
    "last_success_at" TIMESTAMPTZ(3),

    CONSTRAINT "delivery_lane_pkey" PRIMARY KEY ("endpoint_id")
);

-- CreateTable
CREATE TABLE "webhook_delivery" (
    "id" TEXT NOT NULL,
    "organization_id" TEXT NOT NULL,
    "endpoint_id" TEXT NOT NULL,
    "event_id" TEXT NOT NULL,
    "event_type" TEXT NOT NULL,
    "subject_id" TEXT NOT NULL,
    "sequence" BIGINT,
    "body" TEXT,
    "status" "webhook_delivery_status" NOT NULL DEFAULT 'PENDING',
    "attempt_count" INTEGER NOT NULL DEFAULT 0,
    "due_at" TIMESTAMPTZ(3),
    "next_attempt_at" TIMESTAMPTZ(3),
    "last_status_code" INTEGER,
    "last_error" TEXT,
    "completed_at" TIMESTAMPTZ(3),
    "created" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "webhook_delivery_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "webhook_attempt" (
    "id" UUID NOT NULL DEFAULT gen_random_uuid(),
    "started_at" TIMESTAMPTZ(3) NOT NULL,
    "delivery_id" TEXT NOT NULL,
    "organization_id" TEXT NOT NULL,
    "endpoint_id" TEXT NOT NULL,
    "attempt" INTEGER NOT NULL,
    "trigger" "webhook_attempt_trigger" NOT NULL DEFAULT 'SCHEDULED',
    "succeeded" BOOLEAN NOT NULL,
    "failure" TEXT,
    "error" TEXT,
    "status_code" INTEGER,
    "request_headers" TEXT NOT NULL,
    "response_headers" TEXT,
    "response_body" TEXT,
    "response_truncated" BOOLEAN NOT NULL DEFAULT false,
    "remote_address" TEXT,
    "dns_ms" REAL,
    "connect_ms" REAL,
    "tls_ms" REAL,
    "first_byte_ms" REAL,
    "total_ms" REAL NOT NULL,

    CONSTRAINT "webhook_attempt_pkey" PRIMARY KEY ("started_at","id")
) PARTITION BY RANGE ("started_at");

-- CreateIndex
CREATE INDEX "webhook_endpoint_organization_id_created_id_idx" ON "webhook_endpoint"("organization_id", "created", "id");

-- CreateIndex
CREATE UNIQUE INDEX "webhook_endpoint_organization_id_id_key" ON "webhook_endpoint"("organization_id", "id");

-- CreateIndex
CREATE INDEX "webhook_endpoint_secret_endpoint_id_idx" ON "webhook_endpoint_secret"("endpoint_id");

-- CreateIndex
CREATE UNIQUE INDEX "delivery_lane_organization_id_endpoint_id_key" ON "delivery_lane"("organization_id", "endpoint_id");

-- CreateIndex
CREATE INDEX "webhook_delivery_organization_id_created_id_idx" ON "webhook_delivery"("organization_id", "created", "id");

-- CreateIndex
CREATE INDEX "webhook_delivery_event_id_idx" ON "webhook_delivery"("event_id");

-- CreateIndex
CREATE UNIQUE INDEX "webhook_delivery_endpoint_id_sequence_key" ON "webhook_delivery"("endpoint_id", "sequence");

-- CreateIndex
CREATE INDEX "webhook_attempt_delivery_id_attempt_idx" ON "webhook_attempt"("delivery_id", "attempt");

-- AddForeignKey
ALTER TABLE "webhook_endpoint" ADD CONSTRAINT "webhook_endpoint_organization_id_fkey" FOREIGN KEY ("organization_id") REFERENCES "organization"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "webhook_endpoint_secret" ADD CONSTRAINT "webhook_endpoint_secret_organization_id_endpoint_id_fkey" FOREIGN KEY ("organization_id", "endpoint_id") REFERENCES "webhook_endpoint"("organization_id", "id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "delivery_lane" ADD CONSTRAINT "delivery_lane_organization_id_endpoint_id_fkey" FOREIGN KEY ("organization_id", "endpoint_id") REFERENCES "webhook_endpoint"("organization_id", "id") ON DELETE CASCADE ON UPDATE CASCADE;

-- Attempts are dropped by the day, never deleted row by row. The worker makes the partitions of the
-- coming days; the default one only catches rows of a clock that is far off.
CREATE TABLE "webhook_attempt_default" PARTITION OF "webhook_attempt" DEFAULT;

-- What a lane has still to send, in order.
CREATE INDEX "webhook_delivery_pending_partial" ON "webhook_delivery" ("endpoint_id", "sequence") WHERE "status" = 'PENDING' AND "sequence" IS NOT NULL;
-- What waits for another attempt: which subjects are blocked, when a lane must wake. Without the
-- deliveries that nobody has tried yet it stays small, and the usual insert and success never touch it.
CREATE INDEX "webhook_delivery_retrying_partial" ON "webhook_delivery" ("endpoint_id", "subject_id") WHERE "status" = 'PENDING' AND "sequence" IS NOT NULL AND "attempt_count" > 0;
-- Attempts asked for outside the lane: test sends and manual retries.
CREATE INDEX "webhook_delivery_requested_partial" ON "webhook_delivery" ("next_attempt_at") WHERE "next_attempt_at" IS NOT NULL AND ("status" <> 'PENDING' OR "sequence" IS NULL);

-- A lane's row is updated many times a second and none of its indexed columns ever changes: room in
-- its page keeps these updates inside it.
ALTER TABLE "delivery_lane" SET (fillfactor = 50);

-- Every delivery worker that starts takes a number and holds an advisory lock on it while it lives.
CREATE SEQUENCE "delivery_worker_number" AS INTEGER CYCLE;
