import { graphql } from '../../src/generated/client/index.ts'
import { BAD_MOODS } from './receivers.ts'
import { Resume, type Soak } from './stage.ts'

interface Fault {
  name: string
  /** @returns what it hit, in a word or two */
  cause(soak: Soak): Promise<string>
}

const Pause = graphql(`
  mutation SoakPause($input: WebhookEndpointPauseInput!) {
    webhookEndpointPause(input: $input) {
      endpoint {
        status
      }
    }
  }
`)

const pick = <T>(all: readonly T[]): T => {
  const one = all[Math.floor(Math.random() * all.length)]
  if (one === undefined) throw new Error('nothing to pick from')
  return one
}
const pause = (maxMs: number) =>
  new Promise<void>((resolve) => setTimeout(resolve, Math.random() * maxMs))

/** Every one leaves the machine able to go on: what it kills, it starts again. */
export const faults: readonly Fault[] = [
  {
    name: 'worker killed',
    async cause({ machine }) {
      const worker = pick(machine.workers)
      await worker.kill()
      await pause(3_000)
      await worker.start()
      return `number ${machine.workers.indexOf(worker)}`
    },
  },
  {
    name: 'all workers killed',
    async cause({ machine: { workers } }) {
      await Promise.all(workers.map((worker) => worker.kill()))
      await Promise.all(workers.map((worker) => worker.start()))
      return ''
    },
  },
  {
    name: 'server killed',
    async cause({ machine: { server } }) {
      await server.kill()
      await server.start()
      return ''
    },
  },
  {
    name: 'worker frozen',
    async cause({ machine }) {
      const { pid } = pick(machine.workers).current
      process.kill(pid, 'SIGSTOP')
      await pause(8_000)
      process.kill(pid, 'SIGCONT')
      return ''
    },
  },
  {
    name: 'power cut',
    async cause({ machine }) {
      await machine.cutPower()
      return ''
    },
  },
  {
    name: 'PostgreSQL restarted',
    async cause({ machine }) {
      await machine.restartPostgres()
      return ''
    },
  },
  {
    name: 'PostgreSQL crashed',
    async cause({ machine }) {
      const found = await machine.database.pool
        .query<{ pid: number }>(`SELECT pid FROM pg_stat_activity WHERE backend_type = 'walwriter'`)
        .catch(() => ({ rows: [] }))
      const pid = found.rows[0]?.pid
      if (pid === undefined) return 'it was not there'
      // All of it restarts when one of its processes dies.
      process.kill(pid, 'SIGKILL')
      return ''
    },
  },
  {
    name: 'connections cut',
    cause: async ({ machine }) => `${machine.cutConnections()} of them`,
  },
  {
    name: 'receiver changed',
    async cause({ endpoints }) {
      const { receiver, ordering } = pick(endpoints)
      receiver.mood = pick(BAD_MOODS)
      return `${ordering}: ${receiver.mood}`
    },
  },
  {
    name: 'receiver well again',
    async cause({ endpoints }) {
      const ill = endpoints.filter(({ receiver }) => receiver.mood !== 'well')
      for (const { receiver } of ill) if (Math.random() < 0.6) receiver.mood = 'well'
      return `${ill.length} were ill`
    },
  },
  {
    name: 'endpoint paused',
    async cause(soak) {
      const { id, ordering } = pick(soak.endpoints)
      await soak.ask(Pause, { input: { id } }, (data) => data)
      return ordering
    },
  },
  {
    name: 'endpoints resumed',
    async cause(soak) {
      for (const { id } of soak.endpoints) await soak.ask(Resume, { input: { id } }, (data) => data)
      return ''
    },
  },
]
