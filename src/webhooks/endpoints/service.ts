import type { GraphQLSchema } from 'graphql'
import type { Config } from '../../config/config.ts'
import { newId } from '../../database/ids.ts'
import type { UnitOfWork } from '../../database/unit-of-work.ts'
import { DomainError, invalid, notFound } from '../../errors.ts'
import { type FacetFilter } from '../../events/match.ts'
import { Prisma, type WebhookEndpoint } from '../../generated/prisma/client.ts'
import { demandUser } from '../../identity/users/people.ts'
import { cancelThrough } from '../life/buffered.ts'
import { lockEndpoint } from './endpoint-record.ts'
import { demandBounds, lockIntegrationsFirst } from './endpoint-scopes.ts'
import { toFacetFilter } from '../../event-log/filter.ts'
import type { CreateEndpointInput, UpdateEndpointInput } from './commands.ts'
import { isPayloadSaved, toPayloadColumns } from '../payloads/save-payload.ts'
import { takeBackRenderings } from '../payloads/take-back.ts'
import {
  type CustomHeader,
  makeSigningSecret,
  openHeaders,
  sealHeaders,
  sealSecret,
} from './secrets.ts'
import { demandNoHook } from '../hooks/service.ts'
import { faultOfTarget } from './target-url.ts'

/** Per organization, deleted ones not counted. */
const MAX_ENDPOINTS = 500

/**
 * Registers an endpoint. Its signing secret is in the answer and nowhere else afterwards.
 * @param schema that a document in the input is checked against
 * @throws DomainError VALIDATION, NOT_FOUND (the integration, an id of the filter) or QUOTA
 */
export async function createEndpoint(
  unit: UnitOfWork,
  config: Config,
  schema: GraphQLSchema,
  input: CreateEndpointInput,
): Promise<{ endpoint: WebhookEndpoint; signingSecret: string }> {
  demandTarget(input.url, config)
  await demandRoom(unit)
  const filter = toFacetFilter(input.filter ?? {})
  await demandKnown(unit, filter)
  const id = newId('webhookEndpoint')
  const { organizationId } = unit
  const integrationId = input.integrationId ?? null
  const bounds = await demandBounds(unit, integrationId, input.eventTypes)
  const endpoint = await unit.tx.webhookEndpoint.create({
    data: {
      id,
      organizationId,
      url: input.url,
      name: input.name ?? null,
      description: input.description ?? null,
      eventTypes: input.eventTypes,
      filter: toStored(filter),
      changedFields: input.changedFields ?? [],
      ...sealedHeaders(config, id, input.customHeaders ?? []),
      maxBodyBytes: input.maxBodyBytes ?? null,
      integrationId,
      ...toPayloadColumns(unit, schema, bounds, input.payload ?? null),
      ...(input.ordering == null ? {} : { ordering: input.ordering }),
      ...(input.maxInFlight == null ? {} : { maxInFlight: input.maxInFlight }),
      createdById: demandUser(unit.caller),
      created: unit.now,
      updated: unit.now,
    },
  })
  const signingSecret = await addSecret(unit, config, id)
  await unit.tx.deliveryLane.create({ data: { endpointId: id, organizationId } })
  return { endpoint, signingSecret }
}

/** Makes a secret and stores it sealed. */
export async function addSecret(
  unit: UnitOfWork,
  config: Config,
  endpointId: string,
): Promise<string> {
  const secret = makeSigningSecret()
  await unit.tx.webhookEndpointSecret.create({
    data: {
      id: newId('webhookSecret'),
      organizationId: unit.organizationId,
      endpointId,
      sealed: sealSecret(config.encryptionKeys, endpointId, secret),
      created: unit.now,
    },
  })
  return secret
}

/**
 * Changes an endpoint; what is left out stays. Deliveries that wait already are sent to the new
 * target, in the new order, but chosen as the selection was when their events happened.
 */
export async function updateEndpoint(
  unit: UnitOfWork,
  config: Config,
  schema: GraphQLSchema,
  input: UpdateEndpointInput,
): Promise<WebhookEndpoint> {
  await lockIntegrationsFirst(unit, input.id, input.integrationId)
  const before = await lockEndpoint(unit, input.id)
  const data: Prisma.WebhookEndpointUpdateInput = {}
  if (input.url !== undefined) {
    demandTarget(input.url, config)
    data.url = input.url
  }
  const isElsewhere = input.url !== undefined && originOf(input.url) !== originOf(before.url)
  if (isElsewhere && before.headersSealed !== null && input.customHeaders === undefined) {
    throw invalid(
      'customHeaders: the URL leads to another host, which must not be told what was meant for the present one; give the headers with their values again, or null to remove them',
      'customHeaders',
    )
  }
  if (input.eventTypes !== undefined) data.eventTypes = input.eventTypes
  if (input.name !== undefined) data.name = input.name
  if (input.description !== undefined) data.description = input.description
  if (input.ordering !== undefined) data.ordering = input.ordering
  if (input.maxInFlight !== undefined) data.maxInFlight = input.maxInFlight
  if (input.maxBodyBytes !== undefined) data.maxBodyBytes = input.maxBodyBytes
  if (input.changedFields !== undefined) data.changedFields = input.changedFields ?? []
  if (input.filter !== undefined) {
    const filter = toFacetFilter(input.filter ?? {})
    await demandKnown(unit, filter)
    data.filter = toStored(filter)
  }
  if (input.customHeaders !== undefined) {
    const headers = mergeHeaders(config, before, input.customHeaders ?? [], isElsewhere)
    Object.assign(data, sealedHeaders(config, before.id, headers))
  }
  const integrationId =
    input.integrationId === undefined ? before.integrationId : input.integrationId
  const savesPayload = isPayloadSaved(before, input)
  const isBoundAnew = input.eventTypes !== undefined || integrationId !== before.integrationId
  if (isBoundAnew || savesPayload) {
    // Lost scopes do not keep anybody from changing what has nothing to do with them.
    const bounds = await demandBounds(unit, integrationId, input.eventTypes ?? before.eventTypes)
    if (integrationId !== before.integrationId) data.integrationId = integrationId
    const payload = input.payload === undefined ? before.payload : input.payload
    if (savesPayload) Object.assign(data, toPayloadColumns(unit, schema, bounds, payload))
  }
  if (Object.keys(data).length === 0) return before
  const hasMoved = integrationId !== before.integrationId
  if (savesPayload || hasMoved) await takeBackRenderings(unit, [before.id], { tried: hasMoved })
  return unit.tx.webhookEndpoint.update({
    where: { id: before.id },
    data: { ...data, updated: unit.now, version: { increment: 1 } },
  })
}

/** Deletes an endpoint with its secrets; what waits is cancelled, the log stays for its time. */
export async function deleteEndpoint(unit: UnitOfWork, input: { id: string }): Promise<string> {
  const endpoint = await lockEndpoint(unit, input.id)
  await demandNoHook(unit, endpoint.id)
  const { id } = endpoint
  const { lastSequence } = await unit.tx.deliveryLane.delete({ where: { endpointId: id } })
  await cancelThrough(unit, id, lastSequence)
  await unit.tx.webhookReplay.updateMany({
    where: { endpointId: id, status: 'RUNNING' },
    data: { status: 'CANCELLED', finishedAt: unit.now },
  })
  await unit.tx.webhookEndpointSecret.deleteMany({ where: { endpointId: id } })
  await unit.tx.webhookEndpoint.update({
    where: { id },
    data: {
      deletedAt: unit.now,
      updated: unit.now,
      version: { increment: 1 },
      headersSealed: null,
      headerNames: [],
    },
  })
  return id
}

function originOf(url: string): string {
  return URL.parse(url)?.origin ?? url
}

function demandTarget(url: string, config: Config): void {
  const fault = faultOfTarget(url, config.webhooks)
  if (fault !== undefined) throw invalid(`url: ${fault}`, 'url')
}

async function demandRoom(unit: UnitOfWork): Promise<void> {
  const count = await unit.tx.webhookEndpoint.count({ where: { deletedAt: null } })
  if (count < MAX_ENDPOINTS) return
  throw new DomainError(`An organization can have at most ${MAX_ENDPOINTS} webhook endpoints`, {
    code: 'QUOTA',
  })
}

/** An id with a typing error in it would match nothing, for ever and in silence. */
async function demandKnown(unit: UnitOfWork, filter: FacetFilter): Promise<void> {
  const { location = [], site = [], workOrder = [] } = filter
  const places = await unit.tx.location.findMany({
    where: { id: { in: [...location, ...site] } },
    select: { id: true, siteId: true },
  })
  const known = new Map(places.map((place) => [place.id, place.siteId]))
  const isUnknown = (id: string) => !known.has(id)
  throwFirst('Location', location.find(isUnknown), 'locationIds')
  throwFirst(
    'Site',
    site.find((id) => known.get(id) !== id),
    'siteIds',
  )
  if (workOrder.length === 0) return
  const orders = await unit.tx.workOrder.findMany({
    where: { id: { in: [...workOrder] } },
    select: { id: true },
  })
  const knownOrders = new Set(orders.map((order) => order.id))
  throwFirst(
    'Work order',
    workOrder.find((id) => !knownOrders.has(id)),
    'workOrderIds',
  )
}

function throwFirst(what: string, id: string | undefined, field: string): void {
  if (id === undefined) return
  const error = notFound(what, id)
  throw new DomainError(error.message, error.detail, ['input', 'filter', field])
}

function toStored(filter: FacetFilter): Prisma.InputJsonValue | typeof Prisma.DbNull {
  return Object.keys(filter).length === 0 ? Prisma.DbNull : { ...filter }
}

function sealedHeaders(config: Config, endpointId: string, headers: readonly CustomHeader[]) {
  return {
    headerNames: headers.map((header) => header.name),
    headersSealed:
      headers.length === 0 ? null : sealHeaders(config.encryptionKeys, endpointId, headers),
  }
}

/** Headers given without a value keep the one that is stored under their name. */
function mergeHeaders(
  config: Config,
  endpoint: WebhookEndpoint,
  given: readonly { name: string; value?: string | null | undefined }[],
  /** The endpoint moves: what is stored was meant for another host. */
  isElsewhere: boolean,
): CustomHeader[] {
  const stored =
    endpoint.headersSealed === null || given.every((header) => header.value != null)
      ? []
      : openHeaders(config.encryptionKeys, endpoint.id, endpoint.headersSealed)
  const values = new Map(stored.map((header) => [header.name.toLowerCase(), header.value]))
  return given.map(({ name, value }, index) => {
    const kept = value ?? (isElsewhere ? undefined : values.get(name.toLowerCase()))
    if (kept !== undefined) return { name, value: kept }
    throw invalid(
      isElsewhere
        ? `value: the URL leads to another host; give the value of "${name}" again`
        : `value: there is no stored "${name}" to keep`,
      'customHeaders',
      String(index),
      'value',
    )
  })
}
