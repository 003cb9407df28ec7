import { type Caller, holdsScope, planHasApi } from '../../access/caller.ts'
import type { Database } from '../../database/database.ts'
import { AccessError } from '../../errors.ts'
import type { Plan, Role } from '../../generated/prisma/enums.ts'
import { invalidToken, type TokenSubject } from './tokens.ts'

/** What a caller has shown: the hash of a key, or what a token of good signature says. */
export type Proof =
  | {
      kind: 'apiKey'
      keyHash: string
      /** Address of the client, kept as where the key was last used from. */
      remoteAddress?: string | undefined
    }
  | (TokenSubject & {
      /** Of a person at the provider: which of their organizations is meant. */
      organizationId?: string | undefined
    })

/** How fresh `lastUsedAt` of a key is kept; writing it with every request would cost a write each. */
const LAST_USED_PRECISION = '1 minute'

interface Row {
  /** Index of the proof. */
  nth: number
  id: string
  organization_id: string
  plan: Plan
  role: Role | null
  company_id: string | null
  scopes: string[] | null
  integration_scopes: string[] | null
  expires_at: Date | null
  stale: boolean
}

const PERSON = `nth, app_user.id, app_user.organization_id, organization.plan, app_user.role,
                app_user.company_id, NULL::text[] AS scopes, NULL::text[] AS integration_scopes,
                NULL::timestamptz AS expires_at, false AS stale`
const TOKENS_VALID = 'coalesce(app_user.tokens_valid_from <= to_timestamp(asked.issued_at), true)'

/**
 * All that decides whether a proof is still good, for any number of proofs. A token ends with its
 * session; one without a session when its user ended all tokens. A person at the provider whom several
 * organizations have is asked for by the one that is named, or else by the one that had them first: whoever
 * enters a person later takes nothing away. The branches find their rows by
 * unique indexes; those that nobody asks for cost nothing.
 */
const IDENTIFY = {
  name: 'identify',
  text: `WITH asked AS MATERIALIZED (
           SELECT * FROM unnest($1::int[], $2::text[], $3::text[], $4::text[], $5::float8[], $6::text[])
                      AS asked(nth, kind, name, session_id, issued_at, organization_id))
         SELECT nth, api_key.id, api_key.organization_id, organization.plan, NULL AS role,
                NULL AS company_id, api_key.scopes, integration.scopes AS integration_scopes,
                CASE WHEN api_key.key_hash = asked.name::bpchar THEN api_key.expires_at
                     ELSE least(api_key.expires_at, api_key.previous_expires_at) END AS expires_at,
                coalesce(api_key.last_used_at < now() - interval '${LAST_USED_PRECISION}', true) AS stale
           FROM asked
           JOIN api_key ON api_key.key_hash = asked.name::bpchar
                        OR (api_key.previous_key_hash = asked.name::bpchar AND api_key.previous_expires_at > now())
           JOIN organization ON organization.id = api_key.organization_id
           LEFT JOIN integration ON integration.id = api_key.integration_id
          WHERE asked.kind = 'apiKey' AND api_key.revoked_at IS NULL
            AND (api_key.expires_at IS NULL OR api_key.expires_at > now())
          UNION ALL
         SELECT ${PERSON}
           FROM asked JOIN LATERAL (
                  SELECT * FROM app_user
                   WHERE subject = asked.name AND status = 'ACTIVE'
                     AND (asked.organization_id IS NULL OR organization_id = asked.organization_id)
                   ORDER BY subject_since NULLS FIRST, id LIMIT 1) AS app_user ON true
           JOIN organization ON organization.id = app_user.organization_id
          WHERE asked.kind = 'provider' AND ${TOKENS_VALID}
          UNION ALL
         SELECT ${PERSON}
           FROM asked JOIN app_user ON app_user.id = asked.name
           JOIN organization ON organization.id = app_user.organization_id
          WHERE asked.kind = 'user' AND asked.session_id IS NULL
            AND app_user.status = 'ACTIVE' AND ${TOKENS_VALID}
          UNION ALL
         SELECT ${PERSON}
           FROM asked JOIN session ON session.id = asked.session_id
           JOIN app_user ON app_user.id = asked.name AND app_user.id = session.user_id
           JOIN organization ON organization.id = app_user.organization_id
          WHERE asked.kind = 'user' AND app_user.status = 'ACTIVE'
            AND session.ended_at IS NULL AND session.expires_at > now()`,
}

/**
 * Who stands behind each proof now, by one statement for all of them: the only place that knows the
 * rules, for a request that comes and for connections that have been open for long.
 * @returns for a proof that is not good (any more) the error that says so: UNAUTHENTICATED, or
 * PLAN_REQUIRED for a key of an organization whose plan has no API.
 */
export async function identify(
  database: Database,
  proofs: readonly Proof[],
): Promise<(Caller | AccessError)[]> {
  const found = await database.pool.query<Row>({
    ...IDENTIFY,
    values: [
      proofs.map((_, nth) => nth),
      proofs.map((proof) => proof.kind),
      proofs.map(nameOf),
      proofs.map((proof) => (proof.kind === 'user' ? (proof.sessionId ?? null) : null)),
      proofs.map((proof) => (proof.kind === 'apiKey' ? null : proof.issuedAt)),
      proofs.map((proof) => ('organizationId' in proof ? (proof.organizationId ?? null) : null)),
    ],
  })
  await noteUse(database, proofs, found.rows)
  const rows = new Map(found.rows.map((row) => [row.nth, row]))
  return proofs.map((proof, nth) => {
    const row = rows.get(nth)
    return proof.kind === 'apiKey' ? toMachine(row) : toPerson(proof, row)
  })
}

function nameOf(proof: Proof): string {
  switch (proof.kind) {
    case 'apiKey':
      return proof.keyHash
    case 'user':
      return proof.userId
    case 'provider':
      return proof.subject
  }
}

function toMachine(row: Row | undefined): Caller | AccessError {
  if (row === undefined) return new AccessError('UNAUTHENTICATED', 'Invalid API key')
  if (!planHasApi(row.plan)) {
    return new AccessError('PLAN_REQUIRED', 'API access requires Professional plan')
  }
  return {
    kind: 'apiKey',
    organizationId: row.organization_id,
    plan: row.plan,
    apiKeyId: row.id,
    scopes: effectiveScopes(row.scopes ?? [], row.integration_scopes),
    expiresAt: row.expires_at?.getTime(),
  }
}

function toPerson(token: TokenSubject, row: Row | undefined): Caller | AccessError {
  if (row?.role == null) return invalidToken()
  return {
    kind: 'user',
    organizationId: row.organization_id,
    plan: row.plan,
    userId: row.id,
    role: row.role,
    expiresAt: token.expiresAt,
    sessionId: token.kind === 'user' ? token.sessionId : undefined,
    companyId: row.company_id ?? undefined,
  }
}

/** What a key may do: no more than its integration, whatever was true when the key was made. */
export function effectiveScopes(
  own: readonly string[],
  ofIntegration: readonly string[] | null,
): ReadonlySet<string> {
  if (ofIntegration === null) return new Set(own)
  const allowed = new Set(ofIntegration)
  const held = new Set(own)
  // Of a key for writing and an integration for reading, reading is what both hold.
  const narrowed = [...held].map((scope) => scope.replace(/:write$/, ':read'))
  return new Set([...held, ...narrowed].filter((scope) => holdsScope(allowed, scope)))
}

async function noteUse(
  database: Database,
  proofs: readonly Proof[],
  rows: readonly Row[],
): Promise<void> {
  const used = rows.filter((row) => row.stale)
  if (used.length === 0) return
  const addressOf = (row: Row): string | null => {
    const proof = proofs[row.nth]
    return proof?.kind === 'apiKey' ? (proof.remoteAddress ?? null) : null
  }
  await database.pool.query({
    name: 'note-use-of-keys',
    text: `UPDATE api_key SET last_used_at = now(), last_used_from = coalesce(used.address, last_used_from)
             FROM unnest($1::text[], $2::text[]) AS used(id, address)
            WHERE api_key.id = used.id AND api_key.id IN
                  (SELECT id FROM api_key WHERE id = ANY($1) ORDER BY id FOR UPDATE SKIP LOCKED)`,
    values: [used.map((row) => row.id), used.map(addressOf)],
  })
}
