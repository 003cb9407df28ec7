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
    async cause(soak) {
      const nth = Math.floor(Math.random() * soak.workers.length)
      await soak.workers[nth]?.kill()
      await pause(3_000)
      soak.workers[nth] = await soak.startWorker()
      return `number ${nth}`
    },
  },
  {
    name: 'all workers killed',
    async cause(soak) {
      await Promise.all(soak.workers.map((worker) => worker.kill()))
      for (const nth of soak.workers.keys()) soak.workers[nth] = await soak.startWorker()
      return ''
    },
  },
  {
    name: 'worker frozen',
    async cause(soak) {
      const { pid } = pick(soak.workers)
      process.kill(pid, 'SIGSTOP')
      await pause(8_000)
      process.kill(pid, 'SIGCONT')
      return ''
    },
  },
  {
    name: 'PostgreSQL restarted',
    async cause(soak) {
      await soak.restartPostgres()
      return ''
    },
  },
  {
    name: 'PostgreSQL crashed',
    async cause(soak) {
      const found = await soak.database.pool
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
    cause: async (soak) => `${soak.cutConnections()} of them`,
  },
  // Twice as often as the others: receivers are what fails most.
  ...Array<Fault>(2).fill({
    name: 'receiver changed',
    async cause({ endpoints }) {
      const { receiver, ordering } = pick(endpoints)
      receiver.mood = pick(BAD_MOODS)
      return `${ordering}: ${receiver.mood}`
    },
  }),
  ...Array<Fault>(2).fill({
    name: 'receiver well again',
    async cause({ endpoints }) {
      const ill = endpoints.filter(({ receiver }) => receiver.mood !== 'well')
      for (const { receiver } of ill) if (Math.random() < 0.6) receiver.mood = 'well'
      return `${ill.length} were ill`
    },
  }),
  {
    name: 'endpoint paused',
    async cause({ ask, endpoints }) {
      const { id, ordering } = pick(endpoints)
      await ask(Pause, { input: { id } })
      return ordering
    },
  },
  {
    name: 'endpoints resumed',
    async cause({ ask, endpoints }) {
      for (const { id } of endpoints) await ask(Resume, { input: { id } })
      return ''
    },
  },
]
