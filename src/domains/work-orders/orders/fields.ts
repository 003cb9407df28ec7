import { inputOf, inputType, type ValueOf } from '../../../graphql/commands/input/field.ts'
import {
  boolean,
  dateTime,
  id,
  int,
  listOf,
  oneOf,
  text,
} from '../../../graphql/commands/input/fields.ts'
import { MAX_CHECKLIST_ITEMS } from '../records/checklist.ts'
import { PriorityEnum, StatusEnum, TypeEnum } from './enums.ts'

/** Fields of inputs that several commands about work share. */
export const title = text({ max: 200 }, 'What it is about, {min}–{max} characters.')
export const description = text({ min: 0, max: 10_000 }, 'Details, up to {max} characters.')
export const reason = text({ max: 500 }, 'Why, {min}–{max} characters.')
export const unfinishedOrder = id('The work order; not a finished one.')
export const task = text({ max: 500 }, 'What is to be done, {min}–{max} characters.')

const checklistItem = inputType(
  'ChecklistItemInput',
  'Something to be done as part of a work order.',
  {
    text: task,
    mandatory: boolean('Whether it must be done before completion; false when left out.').default(
      false,
    ),
  },
)
export const checklist = listOf(
  checklistItem,
  { max: MAX_CHECKLIST_ITEMS },
  'What is to be done, in order; at most {max} items.',
)

const creation = {
  title,
  description: description.optional(),
  priority: oneOf(PriorityEnum, 'How urgent; MEDIUM when left out.').optional(),
  type: oneOf(TypeEnum, 'Kind of work; CORRECTIVE when left out.').optional(),
  locationId: id('Where.'),
  assetId: id('What is worked on; not a decommissioned asset.').optional(),
  assigneeId: id('Who does it; an active user.').optional(),
  companyId: id('Contractor in charge.').optional(),
  dueAt: dateTime('When it should be done.').optional(),
  requiresSignature: boolean(
    'Whether it must be signed before completion; false when left out.',
  ).optional(),
  checklist: checklist.optional(),
}

export const createInput = inputOf(creation)
export type CreateWorkOrderInput = ValueOf<typeof createInput>
export const creationItem = inputType(
  'WorkOrderBulkCreateItem',
  'One work order to open.',
  creation,
)

const statusChange = {
  id: id('The work order.'),
  status: oneOf(StatusEnum, 'Where to.'),
  reason: reason
    .describe('Why; required for ON_HOLD and REOPENED, {min}–{max} characters.')
    .optional(),
}

export const changeStatusInput = inputOf(statusChange)
/** One of several: each may have been decided on another version. */
export const statusChangeItem = inputType(
  'WorkOrderBulkChangeStatusItem',
  'One change of status.',
  {
    ...statusChange,
    expectedVersion: int(
      { min: -2_147_483_648, max: 2_147_483_647 },
      'Refuse if it has another version by now.',
    ).optional(),
  },
)
export type ChangeWorkOrderStatusInput = ValueOf<typeof statusChangeItem>
