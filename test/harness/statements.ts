import { Client } from 'pg'

/**
 * Counts the SELECTs that the object layer sends while something runs. Tests run the server in their
 * own process, so every connection is an object of this class.
 */
export async function countSelects(run: () => Promise<unknown>): Promise<number> {
  const original = Reflect.get(Client.prototype, 'query')
  let count = 0
  const counting = function (this: Client, ...args: unknown[]): unknown {
    const [config] = args
    const text =
      typeof config === 'object' && config !== null ? Reflect.get(config, 'text') : config
    if (typeof text === 'string' && text.startsWith('SELECT "')) count += 1
    return Reflect.apply(original, this, args)
  }
  Reflect.set(Client.prototype, 'query', counting)
  try {
    await run()
  } finally {
    Reflect.set(Client.prototype, 'query', original)
  }
  return count
}

export interface Statements extends Disposable {
  /** Texts of all statements of this process since the start or the last `clear`. */
  readonly texts: string[]
  clear(): void
}

/** Notes every statement that this process sends to PostgreSQL, Prisma's included. */
export function noteStatements(): Statements {
  const texts: string[] = []
  const query: (...args: unknown[]) => unknown = Reflect.get(Client.prototype, 'query')
  Object.assign(Client.prototype, {
    query(this: Client, ...args: unknown[]) {
      const [first] = args
      const text: unknown =
        typeof first === 'object' && first !== null && 'text' in first ? first.text : first
      if (typeof text === 'string') texts.push(text)
      return query.apply(this, args)
    },
  })
  return {
    texts,
    clear: () => void texts.splice(0),
    [Symbol.dispose]: () => void Object.assign(Client.prototype, { query }),
  }
}
