import { inBackground } from '../../process/background.ts'
/**
 * Group commit: calls that come while one is under way wait and then go together. Alone, a call
 * costs one statement and no delay worth naming; a thousand at once cost a handful.
 *
 * Two groups run at a time: one of those organizations that have few items waiting, one of those with
 * many, of whom each has an equal part of it. So nobody's single item waits for, or goes with, hundreds
 * of another organization. An organization is in one of them at most, so that its items keep their
 * order. The size of a group is bounded, the number of waiting items by their callers.
 *
 * @param maxSize items of a group: what answers for them is done in one turn of the event loop
 * @param run answers for every item, in their order
 * @param ownerOf whose an item is
 * @returns a function that resolves with the answer for its item; rejects as its group does
 */
export function groupCalls<Item, Answer>(
  maxSize: number | (() => number),
  run: (items: Item[]) => Promise<Answer[]>,
  ownerOf: (item: Item) => string,
): (item: Item) => Promise<Answer> {
  interface Waiting {
    item: Item
    resolve: (answer: Answer) => void
    reject: (error: unknown) => void
  }
  /** By owner; who had its turn stands behind the others. */
  const waiting = new Map<string, Waiting[]>()
  const underWay = new Set<string>()
  const running = { few: false, many: false }
  let scheduled = false

  function takeGroup(kind: keyof typeof running): Waiting[] {
    const owners = [...waiting].filter(
      ([owner, own]) => !underWay.has(owner) && own.length > FEW === (kind === 'many'),
    )
    const group: Waiting[] = []
    const size = typeof maxSize === 'number' ? maxSize : maxSize()
    for (const [index, [owner, own]] of owners.entries()) {
      const part = Math.ceil((size - group.length) / (owners.length - index))
      if (part === 0) break
      group.push(...own.splice(0, part))
      underWay.add(owner)
      waiting.delete(owner)
      if (own.length > 0) waiting.set(owner, own)
    }
    return group
  }

  async function runGroup(kind: keyof typeof running, group: Waiting[]): Promise<void> {
    try {
      const answers = await run(group.map((each) => each.item))
      for (const [index, each] of group.entries()) {
        const answer = answers[index]
        if (answer === undefined) each.reject(new Error('a group answered too few of its items'))
        else each.resolve(answer)
      }
    } catch (error) {
      for (const each of group) each.reject(error)
    }
    running[kind] = false
    for (const each of group) underWay.delete(ownerOf(each.item))
    start()
  }

  function start(): void {
    scheduled = false
    for (const kind of ['few', 'many'] as const) {
      if (running[kind]) continue
      const group = takeGroup(kind)
      if (group.length === 0) continue
      running[kind] = true
      inBackground('a group of statements', () => runGroup(kind, group))
    }
  }

  return (item) =>
    new Promise((resolve, reject) => {
      const owner = ownerOf(item)
      const own = waiting.get(owner)
      if (own === undefined) waiting.set(owner, [{ item, resolve, reject }])
      else own.push({ item, resolve, reject })
      if (scheduled || (running.few && running.many)) return
      scheduled = true
      // After the events of this turn of the loop: what arrives together is written together.
      setImmediate(() => inBackground('groups of statements', start))
    })
}

/** Items that are still few. */
const FEW = 20
