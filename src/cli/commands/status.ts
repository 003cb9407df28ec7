import type { Command } from 'commander'
import { whyUnanswered } from '../../sdk/why-unanswered.ts'
import { EXIT, Failure } from '../failure.ts'
import { withServer } from '../options.ts'
import { say } from '../output.ts'
import { findUrl, type ServerOptions } from '../profile.ts'

export function register(command: Command): void {
  withServer(command).action(async (options: ServerOptions & { json?: boolean }) => {
    const url = await findUrl(options)
    const response = await fetch(`${url}/health/ready`).catch((error: unknown) => {
      throw new Failure(`${url} does not answer: ${whyUnanswered(error)}`)
    })
    if (options.json === true)
      say(JSON.stringify({ url, ready: response.ok, status: response.status }))
    else say(`${url} is ${response.ok ? 'ready' : `not ready (${response.status})`}`)
    if (!response.ok) process.exitCode = EXIT.failed
  })
}
