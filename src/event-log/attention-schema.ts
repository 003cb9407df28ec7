import { builder } from '../graphql/builder.ts'
import {
  ATTENTION_KINDS,
  type AttentionItem,
  findAttention,
  MOST_OF_A_KIND,
} from '../graphql/reading/attention.ts'
import { loadRecord } from './load-records.ts'

const DESCRIPTIONS: Record<(typeof ATTENTION_KINDS)[number], string> = {
  ENDPOINT_DISABLED: 'The system stopped sending to a webhook endpoint.',
  ENDPOINT_FAILING: 'Attempts to send to a webhook endpoint fail.',
  SLA_BREACHED: 'Work that is open has missed a deadline of its service level.',
  SLA_AT_RISK: 'Work that is open is about to miss one.',
  SENSOR_STALE: 'A sensor has not reported for longer than it should.',
  APPROVAL: 'Something waits for a decision that you may take.',
}

const KindEnum = builder.enumType('AttentionKind', {
  description: 'Why something needs somebody, the most urgent first.',
  values: Object.fromEntries(
    ATTENTION_KINDS.map((kind) => [kind, { description: DESCRIPTIONS[kind] }]),
  ) as Record<(typeof ATTENTION_KINDS)[number], object>,
})

const Item = builder.objectRef<AttentionItem>('AttentionItem').implement({
  description: 'One thing that needs somebody.',
  fields: (t) => ({
    kind: t.expose('kind', { type: KindEnum, description: 'Why.' }),
    title: t.exposeString('title', { description: 'What people call the record.' }),
    since: t.expose('since', { type: 'DateTime', description: 'Since when.' }),
    dueAt: t.expose('dueAt', {
      type: 'DateTime',
      nullable: true,
      description: 'When it gets worse: a deadline passes, an endpoint is disabled. Null = never.',
    }),
    subject: t.field({
      type: builder.nodeInterfaceRef(),
      nullable: true,
      description: 'The record.',
      resolve: ({ subjectId }, _args, context, info) => loadRecord(context, info, subjectId),
    }),
  }),
})

interface Found {
  items: AttentionItem[]
  hasMore: boolean
}

const Attention = builder.objectRef<Found>('Attention').implement({
  description: 'What needs you now.',
  fields: (t) => ({
    items: t.expose('items', {
      type: [Item],
      description: `The most urgent kind first, of each kind the longest waiting; of one kind of record at most ${MOST_OF_A_KIND}.`,
    }),
    hasMore: t.exposeBoolean('hasMore', { description: 'Whether there is more than is told.' }),
  }),
})

builder.queryField('attention', (t) =>
  t.field({
    type: Attention,
    description:
      'What needs you now, of what you may see: endpoints that fail, service levels at risk or breached, silent sensors, decisions that wait for you. Empty when nothing does.',
    authScopes: { signedIn: true },
    resolve: (_root, _args, context) => findAttention(context),
  }),
)
