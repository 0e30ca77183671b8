import { describe, expect, test } from 'vitest'
import { Egress } from '../../../../services/mcp/aggregator/upstream/http/egress.ts'
import { isPrivateAddress, judgeEgress } from '../../../../services/mcp/aggregator/upstream/http/egress-rule.ts'

describe('an IPv4 address inside an IPv6 one', () => {
  test.each([
    '64:ff9b:1::a9fe:a9fe',
    '64:ff9b:1:abcd::169.254.169.254',
    '2002:a9fe:a9fe::',
    '2002:a9fe:a9fe:1:2:3:4:5',
    '2002:a9fe:a9fe::1',
    '::169.254.169.254',
    '::a9fe:a9fe',
    '0:0:0:0:0:0:a9fe:a9fe',
  ])('%s is never reached', (address) => {
    expect(judgeEgress('evil.example', [{ address, family: 6 }], ['evil.example']).ok).toBe(false)
  })

  test.each([
    ['64:ff9b:1::c0a8:109', true],
    ['2002:c0a8:109::1', true],
    ['2002:7f00:1::', true],
    ['::127.0.0.1', true],
    ['::ffff:a00:1', true],
    ['::1', true],
    ['2002:808:808::1', false],
    ['::8.8.8.8', false],
    ['64:ff9b::808:808', false],
    ['2606:4700::c0a8:109', false],
  ])('%s is private: %s', (address, isPrivate) => {
    expect(isPrivateAddress(address)).toBe(isPrivate)
    expect(judgeEgress('some.example', [{ address, family: 6 }], undefined).ok).toBe(true)
  })
})

test.each([undefined, []])(
  'with %j declared, a server of the internet sends nobody into the house',
  async (declared) => {
    const outside = new Egress('8.8.8.8', declared)
    await expect(outside.addressesOf('127.0.0.1')).rejects.toThrow('inside the house')
    await expect(outside.addressesOf('192.168.1.9')).rejects.toThrow('inside the house')
    expect(await outside.addressesOf('1.1.1.1')).toEqual([{ address: '1.1.1.1', family: 4 }])
    expect(await new Egress('192.168.1.2', declared).addressesOf('192.168.1.9')).toHaveLength(1)
  },
)
