import { describe, expect, it } from 'vitest'
import { checkHost } from '../../../services/common/http/host-guard.ts'

const policy = {
  allowedHosts: ['localhost', '127.0.0.1', 'hearth.lan', '::1'],
  allowedOrigins: ['https://panel.lan'],
  scheme: 'http' as const,
}

describe('the Host and Origin guard', () => {
  it.each([
    ['localhost:8080', undefined],
    ['127.0.0.1', undefined],
    ['HEARTH.lan:1', undefined],
    ['[::1]:8080', undefined],
    ['localhost:8080', 'http://localhost:8080'],
    ['localhost:8080', 'http://127.0.0.1:8080'],
    ['localhost', 'https://panel.lan'],
  ])('answers host %s with origin %s', (host, origin) => {
    expect(checkHost(policy, { host, origin })).toEqual({ ok: true })
  })

  it.each([
    [undefined, undefined],
    ['', undefined],
    ['evil.example', undefined],
    ['localhost.evil.example', undefined],
    ['localhost@evil.example', undefined],
    ['localhost:8080:9', undefined],
    ['localhost:8080', 'null'],
    ['localhost:8080', 'https://localhost:8080'],
    ['localhost:8080', 'http://localhost:9090'],
    ['localhost:8080', 'http://localhost'],
    ['localhost:8080', 'http://localhost.evil.example:8080'],
    ['localhost:8080', 'http://evil.example'],
    ['localhost:8080', 'https://panel.lan.evil.example'],
    ['localhost:8080', 'http://localhost:8080/path'],
    ['localhost:8080', 'http://user@localhost:8080'],
  ])('refuses host %s with origin %s', (host, origin) => {
    expect(checkHost(policy, { host, origin }).ok).toBe(false)
  })
})
