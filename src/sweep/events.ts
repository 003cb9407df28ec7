import { z } from 'zod'
import { defineEvent } from '../events/define.ts'
import { toUnixSeconds } from '../events/envelope.ts'
import type { FailedTask } from '../generated/prisma/client.ts'

const seconds = (what: string) => z.int().describe(`${what}, Unix seconds.`)

const failedPayload = z.object({
  id: z.string().describe('The failed task; `failedTasks` lists it until it is done.'),
  task: z.string().describe('What was to be done, such as "visits at closing".'),
  recordId: z.string().describe('The record that it was to be done to.'),
  reason: z.string().describe('Why it failed, for a person.'),
  attempts: z.int().describe('How often it was tried.'),
  failedAt: seconds('When it failed last'),
  nextTryAt: seconds('When it is tried again'),
})

export function serializeFailedTask(
  task: Pick<FailedTask, 'id' | 'task' | 'recordId' | 'reason' | 'attempts'> &
    Pick<FailedTask, 'lastFailedAt' | 'nextTryAt'>,
): z.infer<typeof failedPayload> {
  return {
    id: task.id,
    task: task.task,
    recordId: task.recordId,
    reason: task.reason,
    attempts: task.attempts,
    failedAt: toUnixSeconds(task.lastFailedAt),
    nextTryAt: toUnixSeconds(task.nextTryAt),
  }
}

export const systemTaskFailed = defineEvent({
  type: 'system.task.failed',
  description:
    'Something that Plantroom does by itself as time passes failed for one record. It is set aside, so that nothing else waits for it, and tried again later; told once until it is done.',
  scopes: ['audit:read'],
  payload: failedPayload,
  example: {
    id: 'tsk-8k2m5v9',
    task: 'maintenance schedules',
    recordId: 'pm-3f6h9k2',
    reason: 'Something went wrong on our side; it is tried again',
    attempts: 1,
    failedAt: 1_780_000_000,
    nextTryAt: 1_780_000_010,
  },
  facets: [],
})
