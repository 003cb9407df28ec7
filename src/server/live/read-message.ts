import { type Message, MessageType, validateMessage } from 'graphql-ws'
import { readJson } from '../read-json.ts'

/** Characters of a message that carries no document: credentials, or what a ping is to echo. */
const MAX_CONTROL_LENGTH = 16_384
/** It is sent back with every item. */
const MAX_ID_LENGTH = 255

/**
 * One message of a WebSocket, with the limits of a request's body.
 * @param isKnown whether the sender has proved who it is; before, nothing needs to be long
 * @throws Error or GraphQLError for anything but a message of the protocol
 */
export function readMessage(text: string, isKnown: boolean): Message {
  if (!isKnown) demandShort(text)
  const message = validateMessage(readJson(text))
  if (message.type !== MessageType.Subscribe) demandShort(text)
  if ('id' in message && message.id.length > MAX_ID_LENGTH) {
    throw new Error(`An id is longer than ${MAX_ID_LENGTH} characters`)
  }
  return message
}

function demandShort(text: string): void {
  if (text.length > MAX_CONTROL_LENGTH) {
    throw new Error(`The message is longer than ${MAX_CONTROL_LENGTH} characters`)
  }
}
