import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { expect, test } from 'vitest'
import { z } from 'zod'
import { listAll } from '../../clients/cli/rest.ts'

test('a list that has no end is given up', async () => {
  let pages = 0
  const server = createServer((_, response) => {
    pages += 1
    // The test would not end either.
    response.end(JSON.stringify({ data: ['one'], next_cursor: pages < 1000 ? 'next' : null }))
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  const signal = new AbortController().signal
  const house = { url: `http://127.0.0.1:${port}`, token: 'token', isOwn: false }
  await expect(listAll(house, '/things', z.string(), signal)).rejects.toThrow('a list without an end')
  expect(pages).toBe(250)
  server.closeAllConnections()
  server.close()
})
