import { describe, expect, it } from 'vitest'
import { findHeaderFaults } from '../../src/webhooks/endpoints/custom-headers.ts'

const faultsOf = (name: string, value = 'v') => findHeaderFaults([{ name, value }])

const RESERVED =
  'host Host HOST content-type Content-Length content-encoding content-x connection ' +
  'Keep-Alive te trailer Transfer-Encoding upgrade expect proxy-authorization ' +
  'Proxy-Connection webhook-id Webhook-Signature webhook-x webhook-body-bytes Webhook-Skipped x-infodeck-signature ' +
  'X-Infodeck-Anything user-agent'

describe('custom headers', () => {
  it.each(RESERVED.split(' '))('refuse the reserved name %s', (name) => {
    expect(faultsOf(name)).toMatchObject([{ index: 0, field: 'name' }])
  })

  it.each(['', ' ', 'a b', 'a:b', 'a\r\nb', 'ä', 'a\0', 'a,b', '"a"', 'a'.repeat(101)])(
    'refuse %j as a name',
    (name) => {
      expect(faultsOf(name)).toMatchObject([{ field: 'name' }])
    },
  )

  it.each(['', ' ', 'a\r\nx: y', 'a\nb', 'a\0b', ' a', 'a ', 'ä', 'a\x7f', 'a'.repeat(2_001)])(
    'refuse %j as a value',
    (value) => {
      expect(faultsOf('x-key', value)).toMatchObject([{ index: 0, field: 'value' }])
    },
  )

  it.each([
    'authorization',
    'X-Api-Key',
    'x-webhook-id',
    'cookie',
    'hostname',
    'tea',
    "x!#$%&'*+.^_`|~",
  ])('accept the name %s', (name) => {
    expect(faultsOf(name, 'Bearer abc\tdef =')).toEqual([])
  })

  it('accept twenty, refuse more, and refuse one name twice in any case', () => {
    const many = Array.from({ length: 21 }, (_, n) => ({ name: `x-${n}`, value: 'v' }))
    expect(findHeaderFaults(many.slice(1))).toEqual([])
    expect(findHeaderFaults(many)).toMatchObject([{ index: undefined }])
    const twice = [
      { name: 'X-Key', value: '1' },
      { name: 'x-key', value: '2' },
    ]
    expect(findHeaderFaults(twice)).toMatchObject([{ index: 1, field: 'name' }])
  })
})
