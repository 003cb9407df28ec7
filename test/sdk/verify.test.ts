import { execFileSync, spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { describe, expect, it, onTestFinished } from 'vitest'
import { VerificationError, verifyDelivery } from '../../src/sdk/receiver/index.ts'

interface Vector {
  name: string
  body: string
  headers: Record<string, string>
  secrets: string[]
  now: number
  reason: string | null
  closer?: string
}

const ROOT = path.resolve(import.meta.dirname, '../..')
const FILE = path.join(ROOT, 'test/fixtures/signature-vectors.json')
const vectors: Vector[] = JSON.parse(readFileSync(FILE, 'utf8'))
const expected = vectors.map(({ name, reason }) => `${name}: ${reason ?? 'taken'}`)

const has = (command: string) => spawnSync(command, ['--version']).error === undefined

describe('the verifier for TypeScript', () => {
  it.each(vectors)('$name', async ({ body, headers, secrets, now, reason, closer }) => {
    const verdict = await verifyDelivery(Buffer.from(body, 'base64'), headers, secrets, {
      now,
    }).then(
      ({ event }) => event.type,
      (error: unknown) => (error instanceof VerificationError ? error.reason : error),
    )
    expect(verdict).toBe(closer ?? reason ?? 'asset.updated')
  })

  it.each(vectors)('$name, in headers of fetch', async ({ body, secrets, now, ...vector }) => {
    const headers = new Headers(vector.headers)
    const delivery = verifyDelivery(Buffer.from(body, 'base64'), headers, secrets, { now })
    const verdict = await delivery.then(
      ({ event }) => event.type,
      (error: unknown) => (error instanceof VerificationError ? error.reason : error),
    )
    expect(verdict).toBe(vector.closer ?? vector.reason ?? 'asset.updated')
  })

  it('says in a sentence what is wrong', async () => {
    const sentenceOf = async (name: string, body?: unknown) => {
      const vector = vectors.find((each) => each.name === name)
      if (vector === undefined) throw new Error(`no vector ${name}`)
      const raw = (body ?? Buffer.from(vector.body, 'base64')) as Buffer
      const { headers, secrets, now } = vector
      return verifyDelivery(raw, headers, secrets, { now }).then(
        () => 'taken',
        (error: Error) => error.message,
      )
    }
    expect(await sentenceOf('both signatures', { id: 'evt_1' })).toMatch(
      /parsed before it was checked/,
    )
    expect(await sentenceOf('a time 301 seconds ago')).toMatch(
      /right, but its time is 301 s before/,
    )
    expect(await sentenceOf('a body as Python prints it')).toMatch(/parsed and serialised again/)
    expect(await sentenceOf('a byte order mark before the body')).toMatch(/byte order mark/)
    expect(await sentenceOf('no headers')).toMatch(/neither x-infodeck-signature nor/)
    expect(await sentenceOf('the secret of another endpoint')).toMatch(
      /The secret fits no signature/,
    )
  })
})

describe('the same vectors', () => {
  // Where the language is missing the test says so by its name; in CI both are there.
  it.runIf(has('python3'))('pass in Python', () => {
    const script = `
import base64, json, sys
sys.path.insert(0, sys.argv[1])
import plantroom_webhook as p
for v in json.load(open(sys.argv[2])):
    try:
        p.verify(base64.b64decode(v["body"]), v["headers"], v["secrets"], now=v["now"])
        print(v["name"] + ": taken")
    except p.VerificationError as error:
        print(v["name"] + ": " + error.reason)
`
    const folder = path.join(ROOT, 'examples/receivers')
    const env = { ...process.env, PYTHONDONTWRITEBYTECODE: '1' }
    const printed = execFileSync('python3', ['-c', script, folder, FILE], { encoding: 'utf8', env })
    expect(printed.trim().split('\n')).toEqual(expected)
  })

  it.runIf(spawnSync('go', ['version']).error === undefined)(
    'pass in Go',
    { timeout: 120_000 },
    () => {
      const folder = mkdtempSync(path.join(tmpdir(), 'plantroom-go-'))
      onTestFinished(() => rmSync(folder, { recursive: true, force: true }))
      const source = readFileSync(
        path.join(ROOT, 'examples/receivers/plantroom_webhook.go'),
        'utf8',
      )
      writeFileSync(
        path.join(folder, 'verify.go'),
        source.replace('package plantroom', 'package main'),
      )
      writeFileSync(path.join(folder, 'go.mod'), 'module vectors\n\ngo 1.21\n')
      writeFileSync(path.join(folder, 'main.go'), GO_MAIN)
      const env = { ...process.env, GOFLAGS: '-mod=mod', GOPROXY: 'off', GOTOOLCHAIN: 'local' }
      const printed = execFileSync('go', ['run', '.', FILE], { cwd: folder, encoding: 'utf8', env })
      expect(printed.trim().split('\n')).toEqual(expected)
    },
  )
})

const GO_MAIN = `package main

import (
	"encoding/json"
	"fmt"
	"os"
	"strings"
	"time"
)

type headers map[string]string

func (all headers) Get(wanted string) string {
	for name, value := range all {
		if strings.EqualFold(name, wanted) {
			return value
		}
	}
	return ""
}

func main() {
	text, _ := os.ReadFile(os.Args[1])
	vectors := []struct {
		Name    string
		Body    []byte
		Headers map[string]string
		Secrets []string
		Now     int64
	}{}
	if err := json.Unmarshal(text, &vectors); err != nil {
		panic(err)
	}
	for _, v := range vectors {
		_, err := Verify(v.Body, headers(v.Headers), v.Secrets, 5*time.Minute, time.Unix(v.Now, 0))
		if reason, isOurs := err.(VerificationError); isOurs {
			fmt.Println(v.Name + ": " + string(reason))
		} else {
			fmt.Println(v.Name + ": taken")
		}
	}
}
`
