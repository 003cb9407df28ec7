import { openSubscribers } from './subscribers.ts'

// Subscribers in a process of their own, so that what they do does not hold up whoever records.
// Tells its parent when all are live, and on request when each event arrived (ms since the epoch).

interface Start {
  url: string
  subscribers: number
  /** Of the nth subscriber. */
  credentials: object[]
}

const arrivals = new Map<string, number[]>()

async function start({ url, subscribers, credentials }: Start): Promise<void> {
  const sockets = await openSubscribers(url, subscribers, (n) => credentials[n] ?? {}, true)
  sockets.read((text) => {
    const at = performance.timeOrigin + performance.now()
    const id = /"id":"(evt[^"]+)"/.exec(text)?.[1] ?? ''
    const known = arrivals.get(id)
    if (known === undefined) arrivals.set(id, [at])
    else known.push(at)
  })
  process.send?.('live')
}

process.on('message', (message: Start | 'report') => {
  if (message === 'report') process.send?.([...arrivals])
  else void start(message)
})
process.on('disconnect', () => process.exit(0))
