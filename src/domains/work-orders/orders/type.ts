import { builder } from '../../../graphql/builder.ts'
import { callerOf, scopedPrisma } from '../../../graphql/context.ts'
import { registerNode } from '../../../graphql/reading/node.ts'
import { visibleWorkOrders } from '../access.ts'
import {
  type Attachment,
  attachmentsShape,
  type ChecklistItem,
  checklistShape,
} from '../records/checklist.ts'
import { allowedStatuses } from '../rules.ts'
import { PriorityEnum, SlaStatusEnum, StatusEnum, TypeEnum } from './enums.ts'

/** Lists kept in the work order's own row: however long, they cost nothing more to read. */
const inRow = { complexity: { field: 1, multiplier: 1 } } as const

const moment = (description: string) => ({
  type: 'DateTime' as const,
  nullable: true as const,
  description,
})

const ChecklistItemType = builder.objectRef<ChecklistItem>('ChecklistItem').implement({
  description: 'Something to be done as part of a work order.',
  fields: (t) => ({
    id: t.exposeID('id', { description: 'Id of the item.' }),
    text: t.exposeString('text', { description: 'What is to be done.' }),
    mandatory: t.exposeBoolean('mandatory', {
      description: 'Whether the work order cannot be completed before it is done.',
    }),
    doneAt: t.field({
      ...moment('When it was done.'),
      resolve: ({ doneAt }) => (doneAt === undefined ? null : new Date(doneAt * 1_000)),
    }),
    doneById: t.id({
      nullable: true,
      description: 'User who did it; null while open, or when a machine did.',
      resolve: ({ doneBy }) => doneBy ?? null,
    }),
  }),
})

const AttachmentType = builder.objectRef<Attachment>('Attachment').implement({
  description: 'A file kept elsewhere.',
  fields: (t) => ({
    id: t.exposeID('id', { description: 'Id of the attachment.' }),
    name: t.exposeString('name', { description: 'What to call it.' }),
    url: t.exposeString('url', { description: 'Where it is; http or https.' }),
    addedAt: t.field({
      type: 'DateTime',
      description: 'When it was attached.',
      resolve: ({ addedAt }) => new Date(addedAt * 1_000),
    }),
    addedById: t.id({
      nullable: true,
      description: 'User who attached it; null when a machine did.',
      resolve: ({ addedBy }) => addedBy ?? null,
    }),
  }),
})

export const WorkOrderObject = builder.prismaNode('WorkOrder', {
  id: { field: 'id' },
  name: registerNode('workOrder', 'WorkOrder'),
  nullable: true,
  findUnique: async (id, context) => ({
    id,
    AND: await visibleWorkOrders(scopedPrisma(context), callerOf(context)),
  }),
  description: 'Work to be done at a place.',
  authScopes: { permission: 'work-orders:read' },
  fields: (t) => ({
    title: t.exposeString('title', { description: 'What it is about.' }),
    description: t.exposeString('description', { nullable: true, description: 'Details.' }),
    status: t.expose('status', { type: StatusEnum, description: 'Where it stands.' }),
    allowedStatuses: t.field({
      ...inRow,
      type: [StatusEnum],
      description: 'Statuses that it could go to now.',
      select: { status: true, type: true },
      resolve: (order) => allowedStatuses(order),
    }),
    priority: t.expose('priority', { type: PriorityEnum, description: 'How urgent it is.' }),
    type: t.expose('type', { type: TypeEnum, description: 'Kind of work.' }),
    location: t.relation('location', { description: 'Where.' }),
    asset: t.relation('asset', {
      nullable: true,
      description: 'What is worked on; kept when the asset is deleted.',
    }),
    assignee: t.relation('assignee', { nullable: true, description: 'Who does it.' }),
    reportedBy: t.relation('reportedBy', { nullable: true, description: 'Who reported it.' }),
    completedBy: t.relation('completedBy', { nullable: true, description: 'Who completed it.' }),
    companyId: t.exposeID('companyId', { nullable: true, description: 'Contractor in charge.' }),
    request: t.relation('request', {
      nullable: true,
      description: 'The work request it came from.',
    }),
    maintenanceSchedule: t.relation('maintenanceSchedule', {
      nullable: true,
      description: 'The maintenance schedule it came from.',
    }),
    occurrenceAt: t.expose('occurrenceAt', moment('Which occurrence of the schedule it is for.')),
    dueAt: t.expose('dueAt', moment('When it should be done.')),
    startedAt: t.expose('startedAt', moment('First start of work.')),
    respondedAt: t.expose('respondedAt', moment('First answer: accepted, started or assigned.')),
    completedAt: t.expose('completedAt', moment('When it was completed.')),
    onHoldReason: t.exposeString('onHoldReason', { nullable: true, description: 'Why it waits.' }),
    cancelReason: t.exposeString('cancelReason', { nullable: true, description: 'Why it ended.' }),
    reopenReason: t.exposeString('reopenReason', {
      nullable: true,
      description: 'Why it was opened again.',
    }),
    slaStatus: t.expose('slaStatus', {
      type: SlaStatusEnum,
      description: 'The worse of both clocks; brought up to date every few seconds.',
    }),
    slaResponseStatus: t.expose('slaResponseStatus', {
      type: SlaStatusEnum,
      description: 'How the answer stands.',
    }),
    slaResolutionStatus: t.expose('slaResolutionStatus', {
      type: SlaStatusEnum,
      description: 'How the completion stands.',
    }),
    slaResponseDeadline: t.expose('slaResponseDeadline', moment('Latest answer.')),
    slaResolutionDeadline: t.expose(
      'slaResolutionDeadline',
      moment('Latest completion; a hold moves it when it ends.'),
    ),
    slaPausedAt: t.expose('slaPausedAt', moment('Since when the resolution clock stands still.')),
    slaPausedSeconds: t.exposeInt('slaPausedSeconds', {
      description: 'Working seconds that the resolution clock has stood still before.',
    }),
    checklist: t.field({
      ...inRow,
      type: [ChecklistItemType],
      description: 'What is to be done, in order; at most 100 items.',
      select: { checklist: true },
      resolve: (order) => checklistShape.parse(order.checklist),
    }),
    attachments: t.field({
      ...inRow,
      type: [AttachmentType],
      description: 'Files kept elsewhere, in the order in which they were attached; at most 50.',
      select: { attachments: true },
      resolve: (order) => attachmentsShape.parse(order.attachments),
    }),
    requiresSignature: t.exposeBoolean('requiresSignature', {
      description: 'Whether it can be completed only after it was signed.',
    }),
    signedAt: t.expose('signedAt', moment('When it was signed.')),
    signedBy: t.exposeString('signedBy', { nullable: true, description: 'Name of who signed.' }),
    signatureUrl: t.exposeString('signatureUrl', {
      nullable: true,
      description: 'Picture of the signature.',
    }),
    laborSeconds: t.exposeInt('laborSeconds', {
      description: 'Time worked, seconds; running timers count when they end.',
    }),
    laborCostCents: t.exposeInt('laborCostCents', { description: 'Cost of the labor, cents.' }),
    partsCostCents: t.exposeInt('partsCostCents', { description: 'Cost of the parts, cents.' }),
    version: t.exposeInt('version', { description: 'Rises with every change.' }),
    created: t.expose('created', { type: 'DateTime', description: 'When it was opened.' }),
    updated: t.expose('updated', { type: 'DateTime', description: 'When it last changed.' }),
  }),
})
