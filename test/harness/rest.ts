import type { Credentials, TestApp, TestOrganization } from './app.ts'

export interface RestAnswer {
  status: number
  headers: Headers
  body: Record<string, unknown> & {
    data?: unknown
    pagination?: { nextCursor: string | null; hasMore: boolean }
  }
}

export interface RestCall {
  as?: Credentials
  body?: unknown
  headers?: Record<string, string>
}

/** REST of one organization, as a client of it. */
export function restOf(test: Pick<TestApp, 'url'>, org: TestOrganization) {
  const base = `${test.url}/api/v2/organizations/${org.organizationId}`
  return async (method: string, path: string, call: RestCall = {}): Promise<RestAnswer> => {
    const response = await fetch(`${base}${path}`, {
      method,
      headers: {
        ...(call.body !== undefined && { 'Content-Type': 'application/json' }),
        ...(call.as ?? org.owner),
        ...call.headers,
      },
      ...(call.body !== undefined && { body: JSON.stringify(call.body) }),
    })
    const text = await response.text()
    return {
      status: response.status,
      headers: response.headers,
      body: text === '' ? {} : JSON.parse(text),
    }
  }
}

/** The record of an answer, when there must be one. */
export function recordOf({ status, body }: RestAnswer): Record<string, unknown> & { id: string } {
  const { data } = body
  if (status >= 300 || typeof data !== 'object' || data === null) {
    throw new Error(`${status} ${JSON.stringify(body)}`)
  }
  return data as Record<string, unknown> & { id: string }
}
