import { describe, expect, it } from 'vitest'
import { adminToken, startGateway } from '../gateway-harness.ts'
import { runHostileFrames } from './run-hostile-frames.ts'

const seed = Number(process.env['HEARTH_FUZZ_SEED'] ?? 20_261_122)

/** Sockets and timers that keep the process alive, by kind. */
const handles = (): readonly string[] =>
  process.getActiveResourcesInfo().filter((kind) => kind === 'Timeout' || kind.startsWith('TCP'))

describe('2,000 hostile frames on raw sockets', () => {
  it(`are each answered by a typed error or a close code, and leave nothing behind (seed ${seed})`, {
    timeout: 60_000,
  }, async () => {
    const rejections: unknown[] = []
    const onRejection = (reason: unknown): void => void rejections.push(reason)
    process.on('unhandledRejection', onRejection)
    await using harness = await startGateway({ limits: { terminateMs: 100 } })
    const before = handles()
    const report = await runHostileFrames({ port: harness.port, token: adminToken, frames: 2000, seed })
    console.log(`seed ${seed}:`, JSON.stringify(report))
    expect(report.failures).toEqual([])
    expect(report.frames).toBeGreaterThanOrEqual(2000)
    expect(report.codes['caller_invalid_request']).toBeGreaterThan(500)
    expect(report.codes['caller_unsupported_feature']).toBeGreaterThan(50)
    await expect.poll(() => harness.gateway.connections).toBe(0)
    await expect.poll(handles, { timeout: 5000 }).toEqual(before)
    expect(harness.log.filter(({ level }) => level === 'error')).toEqual([])
    expect(rejections).toEqual([])
    process.off('unhandledRejection', onRejection)
    const client = await harness.open()
    client.send({ type: 'response.create', stream_id: 'a', input: 'Still there?' })
    expect(await client.next('response.completed')).toBeDefined()
  })
})
