import { randomBytes } from 'node:crypto'

/**
 * Prefixes of every kind of id: the same string in GraphQL, payloads and logs.
 * `node(id)` dispatches on them, so no prefix may be the start of another one's ids.
 */
export const ID_PREFIX = {
  organization: 'o-',
  user: 'usr-',
  apiKey: 'key-',
  integration: 'int-',
  session: 'ses-',
  auditEntry: 'aud-',
  location: 'loc-',
  company: 'cmp-',
  manager: 'mgr-',
  customer: 'cus-',
  customerField: 'cuf-',
  notification: 'ntf-',
  analyticsEvent: 'ana-',
  service: 'svc-',
  serviceGroup: 'svg-',
  shift: 'shf-',
  assetType: 'at-',
  asset: 'ast-',
  sensor: 'sns-',
  sensorGroup: 'sgr-',
  sensorRule: 'srl-',
  device: 'dev-',
  workOrder: 'wo-',
  workRequest: 'req-',
  workOrderComment: 'cmt-',
  checklistItem: 'chk-',
  attachment: 'att-',
  maintenanceSchedule: 'pm-',
  maintenanceOccurrence: 'occ-',
  labor: 'lab-',
  part: 'prt-',
  partUse: 'use-',
  slaPolicy: 'sla-',
  resource: 'res-',
  booking: 'bk-',
  bookingSeries: 'srs-',
  visitor: 'vis-',
  invitation: 'inv-',
  visitorBlock: 'vbl-',
  rateSchedule: 'sor-sch-',
  rateItem: 'sor-it-',
  quotation: 'sor-qt-',
  quotationLine: 'sor-li-',
  webhookEndpoint: 'whk-',
  webhookSecret: 'whs-',
  webhookDelivery: 'dlv-',
  webhookReplay: 'rpl-',
  failedTask: 'tsk-',
  event: 'evt_',
  testEvent: 'evt_test_',
} as const

export type IdKind = keyof typeof ID_PREFIX

const ALPHABET = '0123456789abcdefghjkmnpqrstvwxyz'
const TIME_DIGITS = 9
const RANDOM_DIGITS = 13

/**
 * A new id: prefix, 45 bits of time in milliseconds, 65 random bits, in Crockford's base 32.
 * Time first, so that new rows land side by side in their index.
 */
export function newId(kind: IdKind, nowMs = Date.now()): string {
  let time = ''
  for (let rest = nowMs, digit = 0; digit < TIME_DIGITS; digit++) {
    time = ALPHABET[rest % 32] + time
    rest = Math.floor(rest / 32)
  }
  let random = ''
  for (const byte of randomBytes(RANDOM_DIGITS)) random += ALPHABET[byte & 31]
  return ID_PREFIX[kind] + time + random
}
