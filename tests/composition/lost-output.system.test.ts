import { expect, test } from 'vitest'
import { startHouse } from '../support/house.ts'

test('a server whose output nobody reads any more goes on serving and stops in order', async () => {
  await using house = await startHouse()
  house.process.stdout?.destroy()
  house.process.stderr?.destroy()
  expect((await fetch(`${house.url}/api/v1/profiles`)).status).toBe(401)
  expect(await house.stop()).toBe(0)
}, 60_000)
