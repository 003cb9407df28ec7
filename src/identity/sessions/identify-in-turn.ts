import { inBackground } from '../../process/background.ts'
import type { Caller } from '../../access/caller.ts'
import { createFairLines } from '../../access/fair-lines.ts'
import { networkOf } from '../../access/network-of.ts'
import type { Database } from '../../database/database.ts'
import type { AccessError } from '../../errors.ts'
import { identify, type Proof } from './identify.ts'

/** Proofs looked at by one statement. */
const BATCH = 100
/** Statements at once, however many ask. */
const AT_ONCE = 2

type Found = Caller | AccessError | undefined

interface Asked {
  proof: Proof
  resolve(found: Found): void
  reject(error: unknown): void
}

/**
 * Who stands behind a proof. Those that come at the same moment are asked for together, each network
 * in its turn: a flood of invented credentials costs a statement for every hundred, never the pool.
 */
export function createIdentifier(
  database: Database,
): (proof: Proof, address: string) => Promise<Found> {
  const lines = createFairLines<Asked>()
  let running = 0

  async function ask(): Promise<void> {
    running++
    while (lines.size > 0) {
      const batch: Asked[] = []
      for (let next = lines.take(); next !== undefined; next = lines.take()) {
        batch.push(next)
        if (batch.length === BATCH) break
      }
      await settle(batch)
    }
    running--
  }

  /** Never rejects. What fails together is asked for one by one: one must not fail for another. */
  async function settle(batch: readonly Asked[]): Promise<void> {
    try {
      const proofs = batch.map(({ proof }) => proof)
      const found = await identify(database, proofs)
      for (const [index, asked] of batch.entries()) asked.resolve(found[index])
    } catch (error) {
      if (batch.length === 1) batch[0]?.reject(error)
      else for (const each of batch) await settle([each])
    }
  }

  return (proof, address) =>
    new Promise((resolve, reject) => {
      lines.add(networkOf(address), { proof, resolve, reject })
      if (running < AT_ONCE) inBackground('looking at credentials', ask)
    })
}
