import type { WorkOrder } from '../../../generated/prisma/client.ts'
import { type CommandBody, defineCommand } from '../../../graphql/commands/command.ts'
import { deletedPayload, recordPayload } from '../../../graphql/commands/payloads.ts'
import { WorkOrderObject } from './type.ts'

/** A mutation whose answer is the work order after the change. */
export function defineWorkOrderCommand<I>(name: string, options: CommandBody<I, WorkOrder>): void {
  defineCommand<I, WorkOrder>(name, {
    ...options,
    permission: 'work-orders:write',
    payload: recordPayload('workOrder', WorkOrderObject, 'The work order after the change.'),
  })
}

/** A mutation that removes a record and answers its id. */
export function defineDeletion<I>(name: string, options: CommandBody<I, string>): void {
  defineCommand<I, string>(name, {
    ...options,
    permission: 'work-orders:write',
    payload: deletedPayload('Id of the removed record.'),
  })
}
