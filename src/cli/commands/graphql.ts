import { readFileSync } from 'node:fs'
import type { Command } from 'commander'
import { EXIT, Failure } from '../failure.ts'
import { withServer } from '../options.ts'
import { say } from '../output.ts'
import { openClient, type ServerOptions } from '../profile.ts'

export function register(command: Command): void {
  withServer(command)
    .argument('<file>', 'file with the document; - for standard input')
    .option('--variables <json>', 'its variables', '{}')
    .action(async (file: string, options: ServerOptions & { variables: string }) => {
      const document = readDocument(file)
      const variables = parseVariables(options.variables)
      const client = await openClient(options)
      const isMutation = /^\s*mutation\b/m.test(document)
      const data = await (isMutation
        ? client.mutate(document, variables)
        : client.query(document, variables))
      say(JSON.stringify(data, null, 2))
    })
}

function readDocument(file: string): string {
  try {
    return readFileSync(file === '-' ? 0 : file, 'utf8')
  } catch (error) {
    throw new Failure(`${file} cannot be read: ${(error as Error).message}`, EXIT.usage)
  }
}

function parseVariables(text: string): Record<string, unknown> {
  try {
    return JSON.parse(text)
  } catch {
    throw new Failure('--variables must be a JSON object', EXIT.usage)
  }
}
