import { inBackground } from '../../background.ts'
/**
 * Group commit: calls that come while one is under way wait and then go together. Alone, a call
 * costs one statement and no delay worth naming; a thousand at once cost a handful.
 *
 * One group runs at a time. Its size is bounded, the number of waiting items by their callers.
 *
 * @param run answers for every item, in their order
 * @returns a function that resolves with the answer for its item; rejects as its group does
 */
export function groupCalls<Item, Answer>(
  maxSize: number,
  run: (items: Item[]) => Promise<Answer[]>,
): (item: Item) => Promise<Answer> {
  interface Waiting {
    item: Item
    resolve: (answer: Answer) => void
    reject: (error: unknown) => void
  }
  let waiting: Waiting[] = []
  let running = false

  async function drain(): Promise<void> {
    while (waiting.length > 0) {
      const group = waiting.splice(0, maxSize)
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
    }
    running = false
  }

  return (item) =>
    new Promise((resolve, reject) => {
      waiting.push({ item, resolve, reject })
      if (running) return
      running = true
      // After the events of this turn of the loop: what arrives together is written together.
      setImmediate(() => inBackground('a group of statements', drain))
    })
}
