import { setImmediate as turn } from 'node:timers/promises'
import { expect, it } from 'vitest'
import { api } from '../support/api.ts'
import { startMeasuredHouse } from '../support/measure.ts'

it('a house that is measured often gathers no listeners', async () => {
  const warnings: string[] = []
  const onWarning = ({ name }: Error): void => void warnings.push(name)
  process.on('warning', onWarning)
  try {
    await using house = await startMeasuredHouse()
    for (let times = 0; times < 12; times += 1) expect((await house.measure()).heapBytes).toBeGreaterThan(0)
    await turn()
    expect(warnings).toEqual([])
  } finally {
    process.off('warning', onWarning)
  }
})

it('a house that loses its user admin still takes the token it is attacked with', async () => {
  await using house = await startMeasuredHouse()
  const { url, token } = house
  const { status } = await api({ url, adminToken: async () => token }, 'DELETE', '/api/v1/users/admin')
  expect(status).toBe(204)
  expect(await house.isAdmitted()).toBe(true)
})
