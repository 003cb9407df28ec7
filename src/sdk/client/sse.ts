/** One message of a stream of server-sent events. */
export interface ServerSentEvent {
  event: string
  data: string
}

/**
 * The messages of a body, as they come.
 * @param onBytes called for whatever arrives, comments that only keep the connection alive too
 */
export async function* readEvents(
  body: ReadableStream<Uint8Array>,
  onBytes: () => void,
): AsyncGenerator<ServerSentEvent> {
  const decoder = new TextDecoder()
  let rest = ''
  for await (const chunk of body) {
    onBytes()
    const blocks = (rest + decoder.decode(chunk, { stream: true })).split('\n\n')
    rest = blocks.pop() ?? ''
    for (const block of blocks) {
      const message = parse(block)
      if (message.data !== '' || message.event !== 'message') yield message
    }
  }
}

function parse(block: string): ServerSentEvent {
  const message = { event: 'message', data: '' }
  const data: string[] = []
  for (const line of block.split('\n')) {
    const [, field, value = ''] = /^([^:]*):? ?(.*)$/.exec(line.replace(/\r$/, '')) ?? []
    if (field === 'event') message.event = value
    if (field === 'data') data.push(value)
  }
  message.data = data.join('\n')
  return message
}
