import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import {
  addOrganization,
  startTestApp,
  type TestApp,
  type TestOrganization,
} from '../../harness/app.ts'
import { recordOf, type RestCall, restOf } from '../../harness/rest.ts'

// What is wrong is said in one clear sentence, with the right status, in one form; nothing is half done.

let test: TestApp
let org: TestOrganization
let other: TestOrganization
let rest: ReturnType<typeof restOf>
let placeId: string
let orderId: string

beforeAll(async () => {
  test = await startTestApp()
  org = await addOrganization(test)
  other = await addOrganization(test)
  rest = restOf(test, org)
  placeId = recordOf(
    await rest('POST', '/locations', { body: { name: 'Site', kind: 'Location' } }),
  ).id
  orderId = recordOf(await rest('POST', '/work-orders', { body: order() })).id
})
afterAll(() => test[Symbol.asyncDispose]())

const order = (more: object = {}) => ({ title: 'Lift stops', locationId: placeId, ...more })

async function refused(method: string, path: string, call: RestCall = {}) {
  const { status, headers, body } = await rest(method, path, call)
  expect(headers.get('content-type')).toBe('application/problem+json; charset=utf-8')
  expect(body).toMatchObject({ status, detail: body['message'], type: 'about:blank' })
  expect(body['requestId']).toBe(headers.get('x-request-id'))
  return { status, headers, code: body['code'], message: String(body['message']), body }
}

describe('a wrong address', () => {
  it.each([
    ['GET', '/nothing', 404, 'openapi.json'],
    ['GET', '/work-orders/', 404, 'There is nothing at this path'],
    ['GET', '/work-orders/x/y/z', 404, 'There is nothing at this path'],
    ['DELETE', '/work-orders', 405, 'GET, HEAD, POST'],
    ['PUT', '/assets/ast-1', 405, 'DELETE, GET, HEAD, PATCH'],
    ['GET', '/work-orders/%E0%A4%A', 400, 'percent-encoded'],
  ])('%s %s is %i', async (method, path, status, words) => {
    const answer = await refused(method, path)
    expect(answer).toMatchObject({ status, message: expect.stringContaining(words) })
    expect(answer.headers.get('allow')).toBe(status === 405 ? words : null)
  })

  it('an id that does not exist is 404, as is one of another kind', async () => {
    const wrong: [string, number][] = [
      ['wo-none', 404],
      ['nonsense', 404],
      [placeId, 404],
      // No id can have such a form.
      ['%00', 400],
      ['x'.repeat(2_000), 400],
    ]
    for (const [id, status] of wrong) {
      for (const [method, body] of [['GET'], ['PATCH', {}], ['DELETE']] as const) {
        const answer = await refused(method, `/work-orders/${id}`, { body })
        expect([method, id.slice(0, 9), answer.status]).toEqual([method, id.slice(0, 9), status])
      }
    }
    expect(await refused('GET', '/deliveries/nonsense')).toMatchObject({ status: 404 })
    expect(await refused('GET', '/work-orders/wo-none/comments')).toMatchObject({
      status: 404,
      message: 'Work order wo-none was not found',
    })
  })

  it("another organization's id, in the path or of a record, is answered like one that does not exist", async () => {
    const foreign = await restOf(test, other)('GET', '/work-orders', { as: org.owner })
    const missing = await restOf(test, { ...other, organizationId: 'o-none' })(
      'GET',
      '/work-orders',
      { as: org.owner },
    )
    expect(foreign.body['message']).toBe(`Organization ${other.organizationId} was not found`)
    expect([foreign.status, missing.status]).toEqual([404, 404])
    const theirs = restOf(test, other)
    const asForeign = await theirs('GET', `/work-orders/${orderId}`)
    expect(asForeign).toMatchObject({
      status: 404,
      body: { message: `Work order ${orderId} was not found` },
    })
  })

  it('without credentials is 401, and says what to send', async () => {
    const answer = await refused('GET', '/work-orders', { as: {} })
    expect(answer).toMatchObject({ status: 401, message: expect.stringContaining('X-Api-Key') })
    expect(answer.headers.get('www-authenticate')).toContain('Bearer')
  })
})

describe('wrong parameters', () => {
  it.each([
    ['limit=0', 'limit', 'must be 1 to 100'],
    ['limit=101', 'limit', 'must be 1 to 100'],
    ['limit=ten', 'limit', 'must be 1 to 100'],
    ['limit=1&limit=2', 'limit', 'must be given once'],
    ['status=open', 'status', 'must be one of Accepted, Cancelled'],
    ['created.gte=yesterday', 'created.gte', 'must be Unix seconds'],
    ['sort=nothing', 'sort', 'must be one of'],
    ['first=10', 'first', 'is not a parameter: there are cursor, limit'],
    ['__proto__=1', '__proto__', 'is not a parameter'],
  ])('?%s is 400', async (query, path, words) => {
    expect(await refused('GET', `/work-orders?${query}`)).toMatchObject({
      status: 400,
      code: 'BAD_USER_INPUT',
      body: { errors: [{ path, message: expect.stringContaining(words) }] },
    })
  })

  it('a cursor that this server did not give out is 400', async () => {
    for (const cursor of ['nonsense', '', orderId]) {
      const answer = await refused('GET', `/work-orders?cursor=${cursor}`)
      expect([cursor, answer.status]).toEqual([cursor, 400])
    }
  })

  it('what a figure needs is required', async () => {
    expect(await refused('GET', '/metrics/work-orders')).toMatchObject({
      status: 400,
      body: { errors: [{ path: 'from', message: 'is required' }, { path: 'to' }] },
    })
  })
})

describe('a wrong body', () => {
  const send = async (body: string, headers: Record<string, string>) => {
    const address = `${test.url}/api/v2/organizations/${org.organizationId}/work-orders`
    const response = await fetch(address, {
      method: 'POST',
      headers: { ...org.owner, ...headers },
      body,
    })
    return { status: response.status, body: JSON.parse(await response.text()) }
  }
  const JSON_TYPE = { 'Content-Type': 'application/json' }

  it.each([
    ['{', JSON_TYPE, 400, 'not valid JSON'],
    ['[]', JSON_TYPE, 400, 'must be a JSON object'],
    ['null', JSON_TYPE, 400, 'must be a JSON object'],
    ['title=x', { 'Content-Type': 'application/x-www-form-urlencoded' }, 415, 'application/json'],
    ['{}', { 'Content-Type': 'text/plain' }, 415, 'application/json'],
    ['{}', { ...JSON_TYPE, Accept: 'text/html' }, 406, 'application/json'],
  ])('%s as %j is %i', async (text, headers, status, words) => {
    expect(await send(text, headers)).toMatchObject({
      status,
      body: { status, message: expect.stringContaining(words) },
    })
  })

  it('too long a body is 413', async () => {
    expect((await send(`{"title":"${'x'.repeat(3_000_000)}"}`, JSON_TYPE)).status).toBe(413)
  })

  it('every field at fault is named at once, by the name that it has in the body', async () => {
    const body = {
      locationId: 7,
      priority: 'HIGH',
      dueAt: 'soon',
      checklist: [{ text: 'a', more: 1 }, {}],
      reporter: 'x',
      description: null,
    }
    const answer = await refused('POST', '/work-orders', { body })
    expect(answer).toMatchObject({ status: 422, code: 'VALIDATION' })
    const { errors } = answer.body as unknown as { errors: { path: string; message: string }[] }
    expect(Object.fromEntries(errors.map(({ path, message }) => [path, message]))).toMatchObject({
      title: 'is required',
      priority: expect.stringContaining('must be one of Critical, High'),
      dueAt: expect.stringContaining('Unix seconds'),
      'checklist.0.more': expect.stringContaining('is not known'),
      'checklist.1.text': 'is required',
      reporter: expect.stringContaining('is not known'),
    })
  })

  it('rules of the product are told by field too, and nothing is made', async () => {
    const before = await rest('GET', '/work-orders')
    expect(await refused('POST', '/work-orders', { body: order({ title: '' }) })).toMatchObject({
      status: 422,
      body: { errors: [{ path: 'title' }] },
    })
    expect(
      await refused('POST', '/work-orders', { body: order({ locationId: 'loc-none' }) }),
    ).toMatchObject({ status: 422, code: 'NOT_FOUND', body: { errors: [{ path: 'locationId' }] } })
    expect((await rest('GET', '/work-orders')).body).toEqual(before.body)
    const hook = { url: 'ftp://x', events: ['nonsense.type'] }
    const answer = await refused('POST', '/webhooks', { body: hook })
    expect(answer.status).toBe(422)
    expect(JSON.stringify(answer.body['errors'])).toContain('"events')
  })
})

describe('a change that must not be made twice or on an old record', () => {
  it('If-Match with another version is 412 and says which one there is', async () => {
    const made = await rest('POST', '/work-orders', { body: order() })
    const { id } = recordOf(made)
    const etag = made.headers.get('etag') ?? ''
    expect(made.headers.get('location')).toMatch(new RegExp(`/work-orders/${id}$`))
    const path = `/work-orders/${id}`
    const change = (headers: Record<string, string>) =>
      rest('PATCH', path, { body: { priority: 'Low' }, headers })
    const changed = await change({ 'If-Match': etag })
    expect(changed.status).toBe(200)
    expect((await rest('GET', path)).headers.get('etag')).toBe(changed.headers.get('etag'))
    expect(await change({ 'If-Match': etag })).toMatchObject({
      status: 412,
      body: {
        code: 'VERSION_CONFLICT',
        currentVersion: Number(/\d+/.exec(changed.headers.get('etag') ?? '')),
      },
    })
    expect(await change({ 'If-Match': 'W/"1"' })).toMatchObject({ status: 400 })
    expect(await change({ 'If-Match': '*' })).toMatchObject({ status: 200 })
  })

  it('the same Idempotency-Key makes one record and answers the same; with another body it is 409', async () => {
    const headers = { 'Idempotency-Key': 'order-4711' }
    const first = await rest('POST', '/work-orders', { body: order({ title: 'Once' }), headers })
    const again = await rest('POST', '/work-orders', { body: order({ title: 'Once' }), headers })
    expect([first.status, again.status]).toEqual([201, 201])
    expect(again.body.data).toEqual(first.body.data)
    expect(
      await refused('POST', '/work-orders', { body: order({ title: 'Twice' }), headers }),
    ).toMatchObject({ status: 409, code: 'IDEMPOTENCY' })
  })

  it('what the status of a record does not allow is 409 and says what it allows', async () => {
    expect(
      await refused('POST', `/work-orders/${orderId}/status`, { body: { status: 'Closed' } }),
    ).toMatchObject({
      status: 409,
      code: 'INVALID_TRANSITION',
      body: { from: 'Open', allowed: expect.arrayContaining(['InProgress']) },
    })
  })
})

describe('pages', () => {
  it('lead to one another by Link and nextCursor, and show every record once', async () => {
    for (let n = 0; n < 3; n++) await rest('POST', '/work-orders', { body: order() })
    const all = await rest('GET', '/work-orders?limit=100')
    const seen: unknown[] = []
    let path: string | undefined = '/work-orders?limit=2&status=Open'
    while (path !== undefined) {
      const { body, headers }: Awaited<ReturnType<typeof rest>> = await rest('GET', path)
      seen.push(...[body.data].flat())
      const link: string | undefined = /^<([^>]+)>; rel="next"$/.exec(
        headers.get('link') ?? '',
      )?.[1]
      expect(link === undefined).toBe(body.pagination?.hasMore === false)
      path = link?.replace(/^.*(?=\/work-orders)/, '')
    }
    expect(seen).toEqual(all.body.data)
  })
})
