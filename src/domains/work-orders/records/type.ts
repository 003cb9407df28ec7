import { builder } from '../../../graphql/builder.ts'
import { callerOf } from '../../../graphql/context.ts'
import { registerNode } from '../../../graphql/reading/node.ts'
import { visibleParts } from '../access.ts'

export const LaborObject = builder.prismaObject('Labor', {
  description: 'Time that somebody worked on a work order.',
  fields: (t) => ({
    id: t.exposeID('id', { description: 'Id of the entry.' }),
    user: t.relation('user', { description: 'Who worked.' }),
    startedAt: t.expose('startedAt', { type: 'DateTime', description: 'Start.' }),
    endedAt: t.expose('endedAt', {
      type: 'DateTime',
      nullable: true,
      description: 'End; null while the timer runs.',
    }),
    seconds: t.exposeInt('seconds', { description: 'Length, seconds; 0 while the timer runs.' }),
    hourlyRateCents: t.exposeInt('hourlyRateCents', {
      description: 'What an hour cost when it started, cents.',
    }),
    costCents: t.exposeInt('costCents', { description: 'Its cost, cents; 0 while it runs.' }),
    note: t.exposeString('note', { nullable: true, description: 'What was done.' }),
    created: t.expose('created', { type: 'DateTime', description: 'When it was recorded.' }),
  }),
})

export const LaborRateObject = builder.prismaObject('LaborRate', {
  description: 'What an hour of somebody costs.',
  fields: (t) => ({
    user: t.relation('user', { description: 'Whose hour.' }),
    hourlyRateCents: t.exposeInt('hourlyRateCents', { description: 'Price of an hour, cents.' }),
    updated: t.expose('updated', { type: 'DateTime', description: 'When it was set.' }),
  }),
})

export const PartObject = builder.prismaNode('Part', {
  id: { field: 'id' },
  name: registerNode('part', 'Part'),
  nullable: true,
  findUnique: (id, context) => ({ id, AND: visibleParts(callerOf(context)) }),
  description: 'Something kept in stock and built in.',
  authScopes: { permission: 'work-orders:read' },
  fields: (t) => ({
    name: t.exposeString('name', { description: 'What it is.' }),
    partNumber: t.exposeString('partNumber', {
      nullable: true,
      description: 'Number of the maker or of the store; unique in the organization.',
    }),
    unit: t.exposeString('unit', { description: 'What is counted: piece, metre, litre.' }),
    unitCostCents: t.exposeInt('unitCostCents', { description: 'Price of one, cents.' }),
    stock: t.exposeInt('stock', { description: 'How many there are; never below zero.' }),
    minStock: t.exposeInt('minStock', { description: 'How many there should be at least.' }),
    version: t.exposeInt('version', { description: 'Rises with every change.' }),
    created: t.expose('created', { type: 'DateTime', description: 'When it was added.' }),
    updated: t.expose('updated', { type: 'DateTime', description: 'When it last changed.' }),
  }),
})

export const PartUseObject = builder.prismaObject('PartUse', {
  description: 'Parts that a work order took from stock.',
  fields: (t) => ({
    id: t.exposeID('id', { description: 'Id of the use.' }),
    part: t.relation('part', {
      nullable: true,
      description: 'Of which part; null for whoever may not see the store.',
    }),
    quantity: t.exposeInt('quantity', { description: 'How many.' }),
    unitCostCents: t.exposeInt('unitCostCents', {
      description: 'What one cost when it was taken, cents.',
    }),
    usedBy: t.relation('usedBy', {
      nullable: true,
      description: 'Who took them; null when a machine did.',
    }),
    created: t.expose('created', { type: 'DateTime', description: 'When they were taken.' }),
  }),
})

export const CommentObject = builder.prismaObject('WorkOrderComment', {
  description: 'What somebody says about a work order.',
  fields: (t) => ({
    id: t.exposeID('id', { description: 'Id of the comment.' }),
    author: t.relation('author', {
      nullable: true,
      description: 'Who wrote it; null when a machine did.',
    }),
    text: t.exposeString('text', { description: 'The comment.' }),
    created: t.expose('created', { type: 'DateTime', description: 'When it was written.' }),
  }),
})
