import type { Command } from 'commander'
import { examine } from '../conformance.ts'
import { EXIT, Failure } from '../failure.ts'
import { paint, say } from '../output.ts'
import { environment } from '../environment.ts'

const HELP = `
It sends test events (type webhook.test, isTest) that a receiver must not act upon; some with faults on purpose.
Ends with 0 when every check passed.`

interface DoctorOptions {
  secret?: string[]
  timeout: string
  json?: boolean
}

export function register(command: Command): void {
  command
    .argument('<url>', 'of the receiver')
    .option('--secret <whsec...>', 'its signing secret; PLANTROOM_SECRET when left out')
    .option('--timeout <seconds>', 'for each answer', '30')
    .option('--json', 'print JSON, one check per line')
    .addHelpText('after', HELP)
    .action(doctor)
}

async function doctor(url: string, { secret, timeout, json }: DoctorOptions): Promise<void> {
  const secrets = secret ?? environment['PLANTROOM_SECRET']?.split(' ')
  if (secrets === undefined)
    throw new Failure('Which secret? --secret or PLANTROOM_SECRET', EXIT.usage)
  if (!URL.canParse(url)) throw new Failure(`${url} is no URL`, EXIT.usage)
  const target = { url, secrets, timeoutMs: Number(timeout) * 1_000 }
  const checks = await examine(target, (check) => {
    if (json === true) return say(JSON.stringify(check))
    const mark = check.passed ? paint('green', 'ok  ') : paint('red', 'FAIL')
    say(`${mark} ${check.name} (${check.saw})${check.passed ? '' : `: ${check.why}`}`)
  })
  const passed = checks.filter((check) => check.passed).length
  if (json !== true) say(`${passed} of ${checks.length}`)
  if (passed < checks.length) process.exitCode = EXIT.failed
}
