import { Client } from 'pg'

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
