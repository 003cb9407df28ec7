import { execFileSync } from 'node:child_process'
import { createHmac } from 'node:crypto'
import { readdirSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { expect, it } from 'vitest'
import { temporaryFolder } from '../../scripts/temporary-folder.ts'

const ROOT = path.resolve(import.meta.dirname, '../..')

/** The machine's own tools, as a stranger has them: not those of this project. */
const PATH = (process.env['PATH'] ?? '')
  .split(path.delimiter)
  .filter((folder) => !folder.includes('node_modules'))
  .join(path.delimiter)

const SECRET = `whsec_${Buffer.from('the secret of a stranger').toString('base64')}`
const BODY = JSON.stringify({
  id: 'evt_1',
  type: 'workorder.completed',
  data: { object: { id: 'wo-1' } },
})

const PROGRAM = `
import { createClient } from 'plantroom/client'
import { receive, verifyDelivery, VerificationError } from 'plantroom/receiver'
const [secret, body, header] = process.argv.slice(2)
const headers = { 'x-infodeck-signature': header }
const { event } = await verifyDelivery(body, headers, secret)
const refused = await verifyDelivery(body + ' ', headers, secret).catch((error) => error)
const handled = []
const receiver = receive((event) => handled.push(event.data.object.id), { secrets: secret })
const { status } = await receiver.accept(body, headers)
await receiver.settled()
const said = refused instanceof VerificationError ? refused.reason : refused
const unreachable = await createClient({ url: 'http://127.0.0.1:9', attempts: 1 }).query('{ viewer { role } }').catch((error) => error.code)
console.log(JSON.stringify([event.type, said, status, handled, unreachable, process.versions.node.split('.')[0]]))
`

const TYPES = `
import { type PlantroomEvent, verifyDelivery } from 'plantroom/receiver'
export const costs = (event: PlantroomEvent): number | undefined =>
  event.type === 'workorder.completed' ? event.data.object.completedAt : undefined
// @ts-expect-error a visitor has no such field
export const wrong = (event: PlantroomEvent) => event.type === 'visitor.checked_in' && event.data.object.completedAt
export const verified = (body: string) => verifyDelivery(body, {}, 'whsec_x')
`

it(
  'the package is built, packed, installed in an empty folder without the network, and works there',
  { timeout: 120_000 },
  async () => {
    await using folder = await temporaryFolder('package')
    const inFolder = { cwd: folder.path, env: { ...process.env, PATH }, encoding: 'utf8' } as const
    const built = path.join(folder.path, 'built')
    execFileSync(process.execPath, [path.join(ROOT, 'scripts/build-packages.ts'), built], {
      encoding: 'utf8',
    })
    execFileSync('npm', ['pack', '--silent', built], inFolder)
    const tarball = readdirSync(folder.path).find((name) => name.endsWith('.tgz')) ?? ''
    writeFileSync(path.join(folder.path, 'package.json'), '{"name":"stranger","type":"module"}')
    execFileSync(
      'npm',
      ['install', '--offline', '--no-audit', '--no-fund', `./${tarball}`],
      inFolder,
    )
    expect(
      readdirSync(path.join(folder.path, 'node_modules')).filter((name) => name[0] !== '.'),
    ).toEqual(['plantroom'])

    writeFileSync(path.join(folder.path, 'program.js'), PROGRAM)
    const time = Math.floor(Date.now() / 1_000)
    const hex = createHmac('sha256', SECRET).update(`${time}.${BODY}`).digest('hex')
    const printed = execFileSync(
      'node',
      ['program.js', SECRET, BODY, `t=${time},v1=${hex}`],
      inFolder,
    )
    const [type, refused, status, handled, unreachable, major] = JSON.parse(printed)
    expect([type, refused, status, handled, unreachable]).toEqual([
      'workorder.completed',
      'body-changed',
      200,
      ['wo-1'],
      'NETWORK',
    ])
    expect(Number(major)).toBeGreaterThanOrEqual(20)
    const plantroom = path.join(folder.path, 'node_modules/.bin/plantroom')
    expect(execFileSync(plantroom, ['--version'], inFolder)).toBe('0.1.0\n')
    expect(execFileSync(plantroom, ['listen', '--help'], inFolder)).toContain('--forward-to')

    writeFileSync(path.join(folder.path, 'types.ts'), TYPES)
    const options = [
      '--noEmit',
      '--strict',
      '--module',
      'nodenext',
      '--types',
      'node',
      '--typeRoots',
      path.join(ROOT, 'node_modules/@types'),
      'types.ts',
    ]
    const tsc = path.join(ROOT, 'node_modules/typescript/bin/tsc')
    expect(execFileSync(process.execPath, [tsc, ...options], inFolder)).toBe('')
  },
)
