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
    if (typeof text === 'string' && text.startsWith('SELECT "public"."')) count += 1
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
