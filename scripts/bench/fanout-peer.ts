import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { setMaxListeners } from 'node:events'
import type { Duplex } from 'node:stream'
import { setImmediate as nextTurn } from 'node:timers/promises'
import { useServer } from 'graphql-ws/use/ws'
import { createPubSub, createSchema, createYoga } from 'graphql-yoga'
import { WebSocketServer, type WebSocket } from 'ws'

// What the product's fan-out is compared with, in a process of its own: "bare" is `ws` alone writing
// each prepared text to every socket; "corked" is the same with as many texts in one system call as
// the product puts into one, which is the most that the machine can do; "stock" is Yoga with its own pub/sub under graphql-ws's server.
// Told to by its parent, it sends so many events, of which `sample` is one as the product sends it.

interface Order {
  events: number
  sample: Record<string, unknown>
}

/** Messages per system call: the most that the product writes in one. */
const TOGETHER = 32

// One per subscriber is how Yoga's pub/sub works; Node would warn of it.
setMaxListeners(0)
const http = createServer()
const acceptor = new WebSocketServer({ server: http, perMessageDeflate: false })
const kind = process.argv[2]
const send = kind === 'stock' ? startStock() : startBare(kind === 'corked' ? TOGETHER : 1)

http.listen(0, '127.0.0.1', () => {
  process.send?.({ port: (http.address() as AddressInfo).port })
})
process.on('message', (order: Order) => void send(order))
process.on('disconnect', () => process.exit(0))

function startBare(together: number): (order: Order) => Promise<void> {
  const sockets = new Map<WebSocket, { id: string; transport: Duplex }>()
  acceptor.on('connection', (socket, request) => {
    const transport = request.socket
    socket.on('message', (data: Buffer) => {
      const message: { type: string; id?: string } = JSON.parse(data.toString())
      if (message.type === 'connection_init') socket.send('{"type":"connection_ack"}')
      else if (message.id !== undefined) sockets.set(socket, { id: message.id, transport })
    })
    socket.on('close', () => sockets.delete(socket))
  })
  return async ({ events, sample }) => {
    for (let from = 0; from < events; from += together) {
      const payloads = Array.from({ length: Math.min(together, events - from) }, (_, n) =>
        JSON.stringify({ data: { events: { ...sample, position: from + n } } }),
      )
      for (const [socket, { id, transport }] of sockets) {
        transport.cork()
        for (const payload of payloads) {
          socket.send(`{"id":"${id}","type":"next","payload":${payload}}`)
        }
        transport.uncork()
      }
      await nextTurn()
    }
  }
}

function startStock(): (order: Order) => Promise<void> {
  const pubSub = createPubSub<{ happened: [Record<string, unknown>] }>()
  const yoga = createYoga({
    logging: false,
    schema: createSchema({
      typeDefs: `
        scalar JSONObject
        type EventEnvelope {
          id: ID! type: String! position: Int! cursor: String! created: String! data: JSONObject!
        }
        type StreamCheckpoint { cursor: String! }
        union EventStreamItem = EventEnvelope | StreamCheckpoint
        type Query { unused: Int }
        type Subscription { events: EventStreamItem! }`,
      resolvers: {
        EventStreamItem: { __resolveType: () => 'EventEnvelope' },
        Subscription: {
          events: {
            subscribe: () => pubSub.subscribe('happened'),
            resolve: (item: unknown) => item,
          },
        },
      },
    }),
  })
  // As in Yoga's documentation for graphql-ws.
  useServer(
    {
      execute: (args: unknown) => Reflect.get(Object(args), 'rootValue').execute(args),
      subscribe: (args: unknown) => Reflect.get(Object(args), 'rootValue').subscribe(args),
      onSubscribe: async (context, _id, params) => {
        const { schema, execute, subscribe, contextFactory, parse, validate } = yoga.getEnveloped({
          ...context,
        })
        const args = {
          schema,
          operationName: params.operationName ?? null,
          document: parse(params.query),
          variableValues: params.variables ?? null,
          contextValue: await contextFactory(),
          rootValue: { execute, subscribe },
        }
        const errors = validate(args.schema, args.document)
        return errors.length > 0 ? errors : args
      },
    },
    acceptor,
  )
  return async ({ events, sample }) => {
    for (let n = 0; n < events; n++) {
      pubSub.publish('happened', { ...sample, position: n })
      await nextTurn()
    }
  }
}
