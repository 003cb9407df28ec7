import { z } from 'zod'
import { builder } from '../../../graphql/builder.ts'
import { defineCommand } from '../../../graphql/commands/command.ts'
import { field, inputOf, type ValueOf } from '../../../graphql/commands/input/field.ts'
import { dateTime, id, listOf, onlyId, text } from '../../../graphql/commands/input/fields.ts'
import { deletedPayload, recordField, recordPayload } from '../../../graphql/commands/payloads.ts'
import { rateItem } from './fields.ts'
import { importItems, type ItemError, removeItems } from './items.ts'
import { publishSchedule } from './publish.ts'
import {
  archiveSchedule,
  createSchedule,
  deleteSchedule,
  reviseSchedule,
  updateSchedule,
} from './service.ts'
import { RateScheduleType } from './type.ts'

const THE_SCHEDULE = 'The schedule.'
/** Items of one import. */
const MAX_ITEMS = 1_000

const name = text({ max: 200 }, 'Name, {min}–{max} characters.')
const description = text({ min: 0, max: 2_000 }, 'Details, up to {max} characters.')

const createInput = inputOf({
  name,
  description: description.optional(),
  companyId: id('Company that the rates are agreed with; none = everybody.').optional(),
  effectiveFrom: dateTime('Start of its period.'),
  effectiveTo: dateTime('End of its period, which no longer belongs to it.'),
})
export type CreateScheduleInput = ValueOf<typeof createInput>

const updateInput = inputOf({
  id: id(THE_SCHEDULE),
  name: name.describe('New name; not for a revision, which keeps it.').optional(),
  description: description.describe('New details; null removes them.').clearable(),
  companyId: id('New company; null = everybody. Not for a revision.').clearable(),
  effectiveFrom: dateTime('New start.').optional(),
  effectiveTo: dateTime('New end.').optional(),
})
export type UpdateScheduleInput = ValueOf<typeof updateInput>

const reviseInput = inputOf({
  id: id(THE_SCHEDULE),
  effectiveFrom: dateTime('Start; as before when left out.').optional(),
  effectiveTo: dateTime('End; as before when left out.').optional(),
})
export type ReviseScheduleInput = ValueOf<typeof reviseInput>

const importInput = inputOf({
  id: id(THE_SCHEDULE),
  // Judged one by one later, so that one bad line does not sink a price list.
  items: listOf(
    field(rateItem.type, z.unknown(), ''),
    { min: 1, max: MAX_ITEMS },
    'The items, {min}–{max}; the codes must differ.',
  ),
})
export type ImportItemsInput = ValueOf<typeof importInput>

const removeInput = inputOf({
  id: id(THE_SCHEDULE),
  codes: listOf(
    field('String', z.string(), ''),
    { min: 1, max: MAX_ITEMS },
    'Codes of the items, {min}–{max}.',
  ),
})
export type RemoveItemsInput = ValueOf<typeof removeInput>

const answer = (words: string) => recordPayload('rateSchedule', RateScheduleType, words)

defineCommand('rateScheduleCreate', {
  description: 'Begins a schedule of rates as a draft without items.',
  permission: 'sor:write',
  input: createInput,
  run: createSchedule,
  payload: answer('The new draft.'),
})

defineCommand('rateScheduleUpdate', {
  description: 'Changes details of a draft; what is left out stays.',
  permission: 'sor:write',
  input: updateInput,
  run: updateSchedule,
  payload: answer('The draft after the change.'),
})

defineCommand('rateScheduleDelete', {
  description:
    'Removes a draft with its items; a CONFLICT lists quotations that were drawn up with it.',
  permission: 'sor:write',
  input: onlyId(THE_SCHEDULE),
  run: deleteSchedule,
  payload: deletedPayload('Id of the removed draft.'),
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
  input: importInput,
  run: importItems,
  payload: (t) => ({
    ...recordField(
      t,
      'rateSchedule',
      RateScheduleType,
      'The draft with the items.',
      ({ schedule }) => schedule,
    ),
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
  input: removeInput,
  run: removeItems,
  payload: answer('The draft without the items.'),
})

defineCommand('rateSchedulePublish', {
  description:
    'Fixes a draft and puts it into force for its period; the revision that it replaces gives way. Records sor.schedule.published, and sor.schedule.superseded for the other.',
  permission: 'sor:write',
  input: onlyId(THE_SCHEDULE),
  run: publishSchedule,
  payload: answer('The published schedule.'),
})

defineCommand('rateScheduleRevise', {
  description:
    'Copies a schedule that was published, with its items, into a draft that is to replace it.',
  permission: 'sor:write',
  input: reviseInput,
  run: reviseSchedule,
  payload: answer('The new draft.'),
})

defineCommand('rateScheduleArchive', {
  description:
    'Takes a published schedule out of use; quotations already handed in keep their rates. Records sor.schedule.archived.',
  permission: 'sor:write',
  input: onlyId(THE_SCHEDULE),
  run: archiveSchedule,
  payload: answer('The archived schedule.'),
})
