import { PassThrough } from 'node:stream'
import { describe, expect, it } from 'vitest'
import { createLogger } from '../../../services/common/telemetry/create-logger.ts'

function capture(): { lines: () => string; stream: NodeJS.WriteStream } {
  const stream = new PassThrough()
  const chunks: Buffer[] = []
  stream.on('data', (chunk: Buffer) => chunks.push(chunk))
  return { lines: () => Buffer.concat(chunks).toString(), stream: stream as unknown as NodeJS.WriteStream }
}

describe('the log', () => {
  it('never shows a secret, at the top or nested', () => {
    const { lines, stream } = capture()
    const log = createLogger({ level: 'info', pretty: 'never' }, stream)
    const canary = 'canary-7f3a'
    log.info(
      { token: canary, headers: { authorization: canary }, body: { connection: { api_key: canary } } },
      'request',
    )
    expect(lines()).toContain('request')
    expect(lines()).toContain('[redacted]')
    expect(lines()).not.toContain(canary)
  })

  it('keeps the cause of an error', () => {
    const { lines, stream } = capture()
    const log = createLogger({ level: 'info', pretty: 'never' }, stream)
    log.error({ err: new Error('outer', { cause: new Error('inner') }) }, 'failed')
    expect(lines()).toContain('inner')
  })

  it('shows the name of an error, never a pairing code', () => {
    const { lines, stream } = capture()
    const log = createLogger({ level: 'info', pretty: 'never' }, stream)
    log.warn({ code: 'store_full' }, 'ours')
    log.warn({ err: Object.assign(new Error('disk'), { code: 'ENOSPC' }) }, 'theirs')
    log.warn({ body: { code: '47MZRUZB' } }, 'pairing')
    expect(lines()).toContain('store_full')
    expect(lines()).toContain('ENOSPC')
    expect(lines()).not.toContain('47MZRUZB')
  })

  it('takes another level while it runs, in children that exist too', () => {
    const { lines, stream } = capture()
    const log = createLogger({ level: 'info', pretty: 'never' }, stream)
    const child = log.child({ role: 'mcp' }).child({ part: 'store' })
    child.debug('hidden before')
    log.level = 'debug'
    child.debug('shown')
    log.level = 'error'
    child.warn('hidden after')
    expect(lines()).toContain('"msg":"shown"')
    expect(lines()).toContain('"role":"mcp"')
    expect(lines()).not.toContain('hidden')
  })
})
