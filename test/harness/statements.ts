import { Client } from 'pg'

/**
 * The statements that the product sends to its tables through Prisma while something runs. What the
 * worker does meanwhile (queue, dispatcher, lanes) goes to other tables or around Prisma.
 */
export async function statementsOf(run: () => Promise<unknown>): Promise<string[]> {
  const seen: string[] = []
  const original = Reflect.get(Client.prototype, 'query') as (...args: unknown[]) => unknown
  Reflect.set(Client.prototype, 'query', function query(this: Client, ...args: unknown[]) {
    const [first] = args
    const text =
      typeof first === 'string'
        ? first
        : String(Reflect.get(typeof first === 'object' && first !== null ? first : {}, 'text'))
    if (text.includes('"public"."') || text.includes('work_order')) seen.push(text)
    return original.apply(this, args)
  })
  try {
    await run()
  } finally {
    Reflect.set(Client.prototype, 'query', original)
  }
  return seen
}
