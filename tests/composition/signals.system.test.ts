import { once } from 'node:events'
import { setTimeout as sleep } from 'node:timers/promises'
import { expect, it } from 'vitest'
import WebSocket from 'ws'
import { type House, startHouse } from '../support/house.ts'

/** A run of 200 words at the given pace, begun. */
async function beginRun(house: House): Promise<WebSocket> {
  const authorization = `Bearer ${await house.adminToken()}`
  const socket = new WebSocket(`${house.url.replace('http', 'ws')}/v1/ws`, ['hearth.v1'], {
    headers: { authorization },
  })
  await once(socket, 'open')
  socket.send(JSON.stringify({ type: 'session.hello' }))
  socket.send(JSON.stringify({ type: 'response.create', stream_id: 'main', profile: 'demo', input: 'Hello' }))
  await new Promise<void>((resolve) => {
    socket.on('message', (data) => {
      if (String(data).includes('response.output_text.delta')) resolve()
    })
  })
  return socket
}

const paced = (wordsPerSecond: number): string =>
  `adapters: { demo: { connections: { default: { tokens_per_second: ${wordsPerSecond} } } } }\n`

it('one Ctrl-C that arrives twice is one wish: the run finishes, exit 0', async () => {
  await using house = await startHouse({ config: paced(200) })
  const socket = await beginRun(house)
  const seen: string[] = []
  socket.on('message', (data) => seen.push(String(data)))
  house.process.kill('SIGINT')
  await sleep(50)
  house.process.kill('SIGINT')
  const [code] = await once(house.process, 'exit')
  expect(code).toBe(0)
  expect(seen.some((text) => text.includes('response.completed'))).toBe(true)
  expect(house.output()).not.toContain('defect')
})

it('a second Ctrl-C later ends it at once, exit 1', async () => {
  await using house = await startHouse({ config: paced(5) })
  const socket = await beginRun(house)
  socket.on('error', () => undefined)
  house.process.kill('SIGINT')
  await sleep(1500)
  house.process.kill('SIGINT')
  const [code] = await once(house.process, 'exit')
  expect(code).toBe(1)
  expect(house.output()).not.toContain('defect')
})
