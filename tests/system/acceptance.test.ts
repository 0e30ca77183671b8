import { describe, expect, it } from 'vitest'
import { cancel } from '../../scripts/accept/cancel.ts'
import { engineCrash } from '../../scripts/accept/engine-crash.ts'
import { faults } from '../../scripts/accept/faults.ts'
import { hostileInput } from '../../scripts/accept/hostile-input.ts'
import { sixteenLanes } from '../../scripts/accept/lanes.ts'
import { liveSettings } from '../../scripts/accept/live-settings.ts'
import { startAndAsk } from '../../scripts/accept/start-and-ask.ts'
import { brokenFigures } from '../support/broken-figures.ts'

const timeoutMs = 300_000

describe('the whole house', () => {
  it('two commands answer, a picture is drawn, three processes do the same', { timeout: timeoutMs }, async () => {
    expect(await brokenFigures(startAndAsk, timeoutMs)).toEqual([])
  })

  it('a killed engine fails the run with its partial kept, the next run works, two answers stream at once', {
    timeout: timeoutMs,
  }, async () => {
    expect(await brokenFigures(engineCrash, timeoutMs)).toEqual([])
  })

  it('profiles edited while 20 streams run: the next run uses the edit, none of the 20 breaks', {
    timeout: timeoutMs,
  }, async () => {
    expect(await brokenFigures(liveSettings, timeoutMs)).toEqual([])
  })

  it('16 lanes of one socket with pictures and text at once', { timeout: timeoutMs }, async () => {
    expect(await brokenFigures(sixteenLanes, timeoutMs)).toEqual([])
  })

  it('a sample of hostile frames and bodies: typed answers, nothing left behind', { timeout: timeoutMs }, async () => {
    expect(await brokenFigures(hostileInput, timeoutMs)).toEqual([])
  })

  it('a sample of mixed faults of every vendor: each as the table says, nothing left behind', {
    timeout: timeoutMs,
  }, async () => {
    expect(await brokenFigures(faults, timeoutMs)).toEqual([])
  })

  it("a sample of cancels in every phase, by WebSocket and HTTP, reaches the vendor's socket soon", {
    timeout: timeoutMs,
  }, async () => {
    expect(await brokenFigures(cancel, timeoutMs)).toEqual([])
  })
})
