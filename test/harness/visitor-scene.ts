import { ask, type Credentials, send } from './app.ts'
import { WalkIn } from './visitors.ts'

/** Somebody who is easily found again, whatever quotes them. */
export async function walkIn(
  url: string,
  credentials: Credentials,
  hostId: string,
  locationId: string,
): Promise<string> {
  const { visitorWalkIn } = await ask(url, credentials, WalkIn, {
    input: {
      name: 'Walter Walkin',
      email: 'walter@example.com',
      company: 'Walkers Ltd',
      purpose: 'Talk about Walter',
      hostId,
      locationId,
      badgeNumber: 'B-7',
      checkpoints: [{ key: 'PHOTO', documentUrl: 'https://files.example/walter.jpg' }],
    },
  })
  return visitorWalkIn.visitor?.id ?? ''
}

/** A cursor behind everything recorded so far. */
export async function endOfLog(url: string, credentials: Credentials): Promise<string> {
  const answer = await send<{ locationCreate: { eventCursor: string } }, object>(
    url,
    credentials,
    'mutation { locationCreate(input: { name: "End", kind: LOCATION }) { eventCursor } }',
  )
  return answer.data.locationCreate.eventCursor
}

/** What is streamed of visitors after a cursor. */
export async function streamVisitors(url: string, credentials: Credentials, after: string) {
  const closing = new AbortController()
  const response = await fetch(`${url}/graphql`, {
    method: 'POST',
    signal: closing.signal,
    headers: { 'Content-Type': 'application/json', Accept: 'text/event-stream', ...credentials },
    body: JSON.stringify({
      query: `subscription ($after: EventCursor) {
        events(after: $after, types: ["visitor.*"]) { ... on EventEnvelope { type data } } }`,
      variables: { after },
    }),
  })
  const chunks = response.body?.pipeThrough(new TextDecoderStream())[Symbol.asyncIterator]()
  return {
    async readTo(type: string): Promise<string> {
      let text = ''
      while (!text.includes(type)) text += (await chunks?.next())?.value ?? ''
      return text
    },
    [Symbol.dispose]: () => closing.abort(),
  }
}
