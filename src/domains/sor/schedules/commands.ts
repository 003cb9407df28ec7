import type { RateSchedule } from '../../../generated/prisma/client.ts'
import { builder } from '../../../graphql/builder.ts'
import { defineCommand } from '../../../graphql/commands/command.ts'
import {
  createScheduleInput,
  importItemsInput,
  removeItemsInput,
  reviseScheduleInput,
  stepInput,
  updateScheduleInput,
} from '../input.ts'
import { importItems, type ItemError, removeItems } from './items.ts'
import { publishSchedule } from './publish.ts'
import {
  archiveSchedule,
  createSchedule,
  deleteSchedule,
  reviseSchedule,
  updateSchedule,
} from './service.ts'
import { RateScheduleType, RateUnitEnum } from './type.ts'

const THE_SCHEDULE = 'The schedule.'

defineCommand('rateScheduleCreate', {
  description: 'Begins a schedule of rates as a draft without items.',
  permission: 'sor:write',
  schema: createScheduleInput,
  input: (t) => ({
    name: t.string({ required: true, description: 'Name, 1–200 characters.' }),
    description: t.string({ description: 'Details, up to 2,000 characters.' }),
    companyId: t.id({ description: 'Company that the rates are agreed with; none = everybody.' }),
    effectiveFrom: t.field({
      type: 'DateTime',
      required: true,
      description: 'Start of its period.',
    }),
    effectiveTo: t.field({
      type: 'DateTime',
      required: true,
      description: 'End of its period, which no longer belongs to it.',
    }),
  }),
  run: createSchedule,
  payload: (t) => ({
    rateSchedule: t.field({
      type: RateScheduleType,
      nullable: true,
      description: 'The new draft.',
      resolve: (payload): RateSchedule | null => payload.result ?? null,
    }),
  }),
})

defineCommand('rateScheduleUpdate', {
  description: 'Changes details of a draft; what is left out stays.',
  permission: 'sor:write',
  schema: updateScheduleInput,
  input: (t) => ({
    id: t.id({ required: true, description: THE_SCHEDULE }),
    name: t.string({ description: 'New name; not for a revision, which keeps it.' }),
    description: t.string({ description: 'New details; null removes them.' }),
    companyId: t.id({ description: 'New company; null = everybody. Not for a revision.' }),
    effectiveFrom: t.field({ type: 'DateTime', description: 'New start.' }),
    effectiveTo: t.field({ type: 'DateTime', description: 'New end.' }),
  }),
  run: updateSchedule,
  payload: (t) => ({
    rateSchedule: t.field({
      type: RateScheduleType,
      nullable: true,
      description: 'The draft after the change.',
      resolve: (payload): RateSchedule | null => payload.result ?? null,
    }),
  }),
})

defineCommand('rateScheduleDelete', {
  description:
    'Removes a draft with its items; a CONFLICT lists quotations that were drawn up with it.',
  permission: 'sor:write',
  schema: stepInput,
  input: (t) => ({
    id: t.id({ required: true, description: THE_SCHEDULE }),
  }),
  run: deleteSchedule,
  payload: (t) => ({
    deletedId: t.id({
      nullable: true,
      description: 'Id of the removed draft.',
      resolve: (payload) => payload.result ?? null,
    }),
  }),
})

const RateItemInput = builder.inputType('RateItemInput', {
  description: 'One item to import. An item of the draft with the same code is changed to it.',
  fields: (t) => ({
    code: t.string({ required: true, description: 'Code, 1–32 characters.' }),
    shortDescription: t.string({ required: true, description: 'In one line, 1–200 characters.' }),
    longDescription: t.string({ description: 'What the rate includes, up to 5,000 characters.' }),
    trade: t.string({ description: 'Trade, up to 100 characters.' }),
    unit: t.field({ type: RateUnitEnum, required: true, description: 'What it is for one of.' }),
    rateCents: t.field({
      type: 'BigInt',
      required: true,
      description: 'Price of one unit in cents, from 0 to below 2^53.',
    }),
    standardMinutes: t.int({ description: 'Minutes that one unit usually takes.' }),
    enabled: t.boolean({ description: 'Whether it may be quoted; true when left out.' }),
  }),
})

const RateItemErrorType = builder.objectRef<ItemError>('RateItemError').implement({
  description: 'Why an item of an import was left out.',
  fields: (t) => ({
    index: t.exposeInt('index', { description: 'Its place in the input, from 0.' }),
    code: t.string({
      nullable: true,
      description: 'Its code as given.',
      resolve: (error) => error.code ?? null,
    }),
    message: t.exposeString('message', { description: 'What is wrong, for a person.' }),
    path: t.stringList({
      description: 'The input field at fault: ["input", "items", "3", "rateCents"].',
      resolve: (error) => [...error.path],
    }),
  }),
})

defineCommand('rateScheduleImportItems', {
  description:
    'Adds up to 1,000 items to a draft, or changes those whose code it has. Good items are kept; each bad one is told of in `itemErrors`.',
  permission: 'sor:write',
  schema: importItemsInput,
  input: (t) => ({
    id: t.id({ required: true, description: THE_SCHEDULE }),
    items: t.field({
      type: [RateItemInput],
      required: true,
      description: 'The items, 1–1,000; the codes must differ.',
    }),
  }),
  run: importItems,
  payload: (t) => ({
    rateSchedule: t.field({
      type: RateScheduleType,
      nullable: true,
      description: 'The draft with the items.',
      resolve: (payload): RateSchedule | null => payload.result?.schedule ?? null,
    }),
    createdCount: t.int({
      description: 'Items added.',
      resolve: (payload) => payload.result?.created ?? 0,
    }),
    updatedCount: t.int({
      description: 'Items changed.',
      resolve: (payload) => payload.result?.updated ?? 0,
    }),
    unchangedCount: t.int({
      description: 'Items that stood there already as given.',
      resolve: (payload) => payload.result?.unchanged ?? 0,
    }),
    itemErrors: t.field({
      type: [RateItemErrorType],
      description: 'Items left out, and why.',
      resolve: (payload) => [...(payload.result?.itemErrors ?? [])],
    }),
  }),
})

defineCommand('rateScheduleRemoveItems', {
  description: 'Removes items from a draft by code; a CONFLICT lists quotations that use one.',
  permission: 'sor:write',
  schema: removeItemsInput,
  input: (t) => ({
    id: t.id({ required: true, description: THE_SCHEDULE }),
    codes: t.stringList({ required: true, description: 'Codes of the items, 1–1,000.' }),
  }),
  run: removeItems,
  payload: (t) => ({
    rateSchedule: t.field({
      type: RateScheduleType,
      nullable: true,
      description: 'The draft without the items.',
      resolve: (payload): RateSchedule | null => payload.result ?? null,
    }),
  }),
})

defineCommand('rateSchedulePublish', {
  description:
    'Fixes a draft and puts it into force for its period; the revision that it replaces gives way. Records sor.schedule.published, and sor.schedule.superseded for the other.',
  permission: 'sor:write',
  schema: stepInput,
  input: (t) => ({
    id: t.id({ required: true, description: THE_SCHEDULE }),
  }),
  run: publishSchedule,
  payload: (t) => ({
    rateSchedule: t.field({
      type: RateScheduleType,
      nullable: true,
      description: 'The published schedule.',
      resolve: (payload): RateSchedule | null => payload.result ?? null,
    }),
  }),
})

defineCommand('rateScheduleRevise', {
  description:
    'Copies a schedule that was published, with its items, into a draft that is to replace it.',
  permission: 'sor:write',
  schema: reviseScheduleInput,
  input: (t) => ({
    id: t.id({ required: true, description: THE_SCHEDULE }),
    effectiveFrom: t.field({ type: 'DateTime', description: 'Start; as before when left out.' }),
    effectiveTo: t.field({ type: 'DateTime', description: 'End; as before when left out.' }),
  }),
  run: reviseSchedule,
  payload: (t) => ({
    rateSchedule: t.field({
      type: RateScheduleType,
      nullable: true,
      description: 'The new draft.',
      resolve: (payload): RateSchedule | null => payload.result ?? null,
    }),
  }),
})

defineCommand('rateScheduleArchive', {
  description:
    'Takes a published schedule out of use; quotations already handed in keep their rates. Records sor.schedule.archived.',
  permission: 'sor:write',
  schema: stepInput,
  input: (t) => ({
    id: t.id({ required: true, description: THE_SCHEDULE }),
  }),
  run: archiveSchedule,
  payload: (t) => ({
    rateSchedule: t.field({
      type: RateScheduleType,
      nullable: true,
      description: 'The archived schedule.',
      resolve: (payload): RateSchedule | null => payload.result ?? null,
    }),
  }),
})
