import type { Config } from '../config/config.ts'
import type { Backend, UnitOfWork } from '../database/unit-of-work.ts'
import type { Prisma } from '../generated/prisma/client.ts'
import type { Logger } from '../log.ts'
import { runSweep } from './run.ts'

/** What a chore runs in. */
export type Worker = Backend & { config: Config; log?: Logger | undefined }

declare const made: unique symbol

/** Something that the worker repeats. Only `defineSweep` and `defineUpkeep` make one. */
export interface Chore {
  readonly [made]: true
  name: string
  /** Pause between the end of one run and the start of the next. */
  everyMs: number
  /** @param now what counts as now; the clock's time when left out */
  run: (worker: Worker, now?: Date) => Promise<unknown>
}

/** SQL of the records for which something is due. */
export interface Due {
  /** Tables with their aliases and joins. */
  from: Prisma.Sql
  /** The record's id, unique within its organization. */
  id: Prisma.Sql
  organization: Prisma.Sql
  /** What else the work is given of a record. */
  columns?: Prisma.Sql
  where: Prisma.Sql
  order: Prisma.Sql
  /** How its rows are locked: `FOR UPDATE OF …`; what another worker holds is passed over. */
  lock: Prisma.Sql
}

export interface SweepDefinition<Settings, Row extends { id: string }> {
  /** Also the name under which its failures are listed. */
  name: string
  /** Pause between the end of one run and the start of the next. */
  everyMs: number
  /** Records per transaction, at most: with what one of them costs it bounds the transaction's time. */
  batch: number
  settings: (config: Config) => Settings
  due: (now: Date, settings: Settings) => Due
  /**
   * Does what is due for some locked records of one organization. It is asked for all of them at once,
   * and again for fewer and at last for one alone when that fails.
   * @returns ids of those of which more is left to do at once
   */
  work: (unit: UnitOfWork, rows: Row[], settings: Settings) => Promise<readonly string[] | void>
}

export interface Sweep<Settings> extends Chore {
  /** One run at a given moment. @returns how many records were worked on */
  at(backend: Backend & { log?: Logger }, settings: Settings, now?: Date): Promise<number>
}

const chores = new WeakSet<object>()

/** Whether a chore keeps the rules of this folder: bounded in time, and one fault stops nobody else. */
export function isBounded(chore: object): boolean {
  return chores.has(chore)
}

/** For `defineSweep` and `defineUpkeep` alone. */
export function makeChore<T extends Omit<Chore, typeof made>>(chore: T): T & Chore {
  chores.add(chore)
  return chore as T & Chore
}

/**
 * What the clock causes: a deadline that passes, a visit that ends. See run.ts for what every sweep has.
 */
export function defineSweep<Settings, Row extends { id: string }>(
  definition: SweepDefinition<Settings, Row>,
): Sweep<Settings> {
  const { name, everyMs } = definition
  const progress = { after: '' }
  return makeChore({
    name,
    everyMs,
    run: (worker: Worker, now?: Date) =>
      runSweep(definition, {
        backend: worker,
        settings: definition.settings(worker.config),
        progress,
        log: worker.log,
        fixed: now,
      }),
    at: (backend: Backend & { log?: Logger }, settings: Settings, now?: Date) =>
      runSweep(definition, { backend, settings, progress, log: backend.log, fixed: now }),
  })
}
