import { describe, expect, it } from 'vitest'
import { fuzzBodies } from '../../scripts/fuzz/bodies/fuzz-bodies.ts'
import { fuzzFrames } from '../../scripts/fuzz/fuzz-frames.ts'
import type { FuzzRun } from '../../scripts/fuzz/fuzz-report.ts'
import { fuzzStreams } from '../../scripts/fuzz/streams/fuzz-streams.ts'
import { startMeasuredHouse } from '../support/measure.ts'

const seed = Number(process.env['HEARTH_FUZZ_SEED'] ?? 20_261_122)

const sample = (count: number): FuzzRun => ({
  seed,
  count,
  signal: new AbortController().signal,
  onProgress: () => undefined,
})

describe(`a sample of npm run fuzz, with seed ${seed}`, () => {
  it('vendor streams, broken and cut at every place, are read the same however they are cut, and end typed', {
    timeout: 60_000,
  }, async () => {
    const report = await fuzzStreams(sample(1500))
    expect(report.failures).toEqual([])
    expect(report.done).toBe(1500)
    expect(Object.keys(report.outcomes)).toEqual(
      expect.arrayContaining(['finished', 'provider_stream_error', 'provider_stream_truncated']),
    )
  })

  it('HTTP bodies and WebSocket frames are each answered by the protocol, and the house lives', {
    timeout: 60_000,
  }, async () => {
    await using house = await startMeasuredHouse()
    const bodies = await fuzzBodies(house, sample(1000))
    const frames = await fuzzFrames(house, sample(5000))
    expect([...bodies.failures, ...frames.failures]).toEqual([])
    expect(bodies.outcomes['refused']).toBeGreaterThan(500)
    expect(frames.outcomes['caller_invalid_request']).toBeGreaterThan(1000)
    expect((await house.measure()).failures).toEqual([])
  })
})
