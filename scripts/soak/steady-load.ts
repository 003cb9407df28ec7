import { graphql } from '../../src/generated/client/index.ts'
import type { Ask } from './stage.ts'

const CLIENTS = 4
export const EVENTS_PER_WORK_ORDER = 4

export const AddWorkOrder = graphql(`
  mutation SoakAddWorkOrder($input: WorkOrderCreateInput!) {
    workOrderCreate(input: $input) {
      workOrder {
        id
      }
    }
  }
`)

const ChangeWorkOrder = graphql(`
  mutation SoakChangeWorkOrder($input: WorkOrderUpdateInput!) {
    workOrderUpdate(input: $input) {
      workOrder {
        id
      }
    }
  }
`)

/** Work orders that are each changed three times, by some clients at a steady rate in all. */
export function startSteadyLoad(ask: Ask, locationId: string, eventsPerSecond: number) {
  const finished: string[] = []
  let confirmed = 0
  let stopping = false
  const startedAt = performance.now()
  let asked = 0
  const turn = async () => {
    const waitMs = startedAt + (asked++ * 1_000) / eventsPerSecond - performance.now()
    if (waitMs > 1) await new Promise((resolve) => setTimeout(resolve, waitMs))
  }
  const client = async () => {
    while (!stopping) {
      await turn()
      const add = await ask(
        AddWorkOrder,
        { input: { title: 'Work', locationId } },
        (data) => data.workOrderCreate.workOrder,
      )
      confirmed++
      for (let n = 1; n < EVENTS_PER_WORK_ORDER; n++) {
        await turn()
        const title = `Work, changed ${n} times`
        await ask(
          ChangeWorkOrder,
          { input: { id: add.id, title } },
          (data) => data.workOrderUpdate.workOrder,
        )
        confirmed++
      }
      finished.push(add.id)
    }
  }
  const running = Promise.all(Array.from({ length: CLIENTS }, client))
  return {
    /** Work orders of which all four events were confirmed. */
    finished,
    /** Mutations answered so far, each of which is one event. */
    get confirmed() {
      return confirmed
    },
    async stop() {
      stopping = true
      await running
    },
  }
}
