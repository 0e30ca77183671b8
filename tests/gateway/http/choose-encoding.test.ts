import { describe, expect, it } from 'vitest'
import { chooseEncoding } from '../../../services/gateway/http/choose-encoding.ts'
import type { Encoding } from '../../../services/gateway/http/console-files.ts'

const all: ReadonlySet<Encoding> = new Set(['identity', 'br', 'gzip'])

describe('of brotli, gzip and plain bytes a client gets', () => {
  it.each([
    [undefined, 'identity'],
    ['', 'identity'],
    ['gzip, deflate, br, zstd', 'br'],
    ['gzip', 'gzip'],
    ['x-gzip', 'gzip'],
    ['BR', 'br'],
    ['br;q=0.5, gzip', 'gzip'],
    ['br;q=0.5, gzip;q=0.5', 'br'],
    ['br ; q=0.2 , gzip ; q=0.9', 'gzip'],
    ['br;q=0, gzip;q=0', 'identity'],
    ['br;q=0, *', 'gzip'],
    ['*', 'br'],
    ['*;q=0', 'identity'],
    ['identity, br;q=0.5', 'identity'],
    ['gzip;q=0.001', 'gzip'],
    ['identity;q=0', 'identity'],
    ['deflate', 'identity'],
    ['br;q=nonsense, gzip;x=1', 'identity'],
    ['brotli, , ;q=1', 'identity'],
  ])('for %j: %s', (header, expected) => {
    expect(chooseEncoding(header, all)).toBe(expected)
  })

  it('nothing that is not there', () => {
    expect(chooseEncoding('br, gzip;q=0.1', new Set(['identity', 'gzip']))).toBe('gzip')
    expect(chooseEncoding('br, gzip', new Set(['identity']))).toBe('identity')
  })
})
