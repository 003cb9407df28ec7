import { readFileSync } from 'node:fs'
import type { Command } from 'commander'
import { VerificationError, verifyDelivery } from '../../sdk/receiver/index.ts'
import { EXIT, Failure } from '../failure.ts'
import { say } from '../output.ts'
import { environment } from '../environment.ts'

const HELP = `
The request as it came: lines "name: value", an empty line, then the body to the byte.
With --body the headers alone are read from it.`

interface VerifyOptions {
  secret?: string[]
  body?: string
  tolerance: string
}

export function register(command: Command): void {
  command
    .argument('[file]', 'file with the request; standard input when left out', '-')
    .option(
      '--secret <whsec...>',
      'signing secret, several during a rotation; PLANTROOM_SECRET when left out',
    )
    .option('--body <file>', 'file with the body alone')
    .option('--tolerance <seconds>', 'how far its time may be from now', '300')
    .addHelpText('after', HELP)
    .action(verify)
}

async function verify(file: string, { secret, body, tolerance }: VerifyOptions): Promise<void> {
  const secrets = secret ?? environment['PLANTROOM_SECRET']?.split(' ')
  if (secrets === undefined)
    throw new Failure('Which secret? --secret or PLANTROOM_SECRET', EXIT.usage)
  const toleranceSeconds = Number(tolerance)
  if (!(toleranceSeconds >= 0)) throw new Failure('--tolerance is a number of seconds', EXIT.usage)
  const request = splitRequest(read(file))
  const raw = body === undefined ? request.body : read(body)
  try {
    const delivery = await verifyDelivery(raw, request.headers, secrets, { toleranceSeconds })
    say(`genuine: ${delivery.event.type} ${delivery.id}, attempt ${delivery.attempt}`)
  } catch (error) {
    if (!(error instanceof VerificationError)) throw error
    throw new Failure(`${error.reason}: ${error.message}`)
  }
}

function read(file: string): Buffer {
  try {
    return readFileSync(file === '-' ? 0 : file)
  } catch (error) {
    throw new Failure(`${file} cannot be read: ${(error as Error).message}`, EXIT.usage)
  }
}

/** Headers and body of a request as a text; the first line may be that of HTTP. */
function splitRequest(text: Buffer): { headers: Record<string, string>; body: Buffer } {
  const headers: Record<string, string> = {}
  let at = 0
  while (at < text.length) {
    const end = text.indexOf(10, at)
    const line = text.toString('latin1', at, end < 0 ? text.length : end).replace(/\r$/, '')
    at = end < 0 ? text.length : end + 1
    if (line === '') break
    const [, name, value] = /^([!#$%&'*+.^_`|~\w-]+):\s*(.*?)\s*$/.exec(line) ?? []
    if (name !== undefined && value !== undefined) headers[name.toLowerCase()] = value
  }
  return { headers, body: text.subarray(at) }
}
