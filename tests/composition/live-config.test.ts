import { pino } from 'pino'
import { expect, it, vi } from 'vitest'
import { Readiness } from '../../services/common/lifecycle/readiness.ts'
import { LiveConfig } from '../../services/composition/live-config.ts'
import { HouseFolder } from '../common/config/house-folder.ts'

it('an edit changes the log level, says what needs a restart, and takes that back with the edit', async () => {
  using folder = new HouseFolder('log: { level: info }\n')
  const readiness = new Readiness()
  const log = pino({ level: 'silent' })
  const live = new LiveConfig(folder.load(), readiness, log)
  await live.start()
  try {
    folder.write('config.yaml', 'log: { level: fatal }\ngateway: { port: 9000 }\n')
    await vi.waitFor(() => expect(log.level).toBe('fatal'), 10_000)
    expect(readiness.reasons()).toMatchObject([{ check: 'config-restart', blocking: false }])
    expect(readiness.reasons()[0]?.message).toContain('gateway.port')
    folder.write('config.yaml', 'log: { level: fatal }\n')
    await vi.waitFor(() => expect(readiness.reasons()).toEqual([]), 10_000)
  } finally {
    await live.stop()
  }
})
