import type { AddressInfo } from 'node:net'
import { createServer } from 'node:net'
import { expect, onTestFinished, test } from 'vitest'
import { serverOf, startPool } from './pool-house.ts'

const head = 'content-type: text/event-stream\r\n'

test.each([
  ['nothing, and closes', ''],
  ['what is not HTTP', 'hello\r\n\r\n'],
  [
    'a switch of protocols nobody asked for',
    'HTTP/1.1 101 Switching Protocols\r\nupgrade: x\r\nconnection: upgrade\r\n\r\n',
  ],
  ['a body where none may be, cut off', 'HTTP/1.1 205 Reset Content\r\ncontent-length: 100\r\n\r\nabc'],
  ['a body that is cut off', 'HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: 100\r\n\r\n{"a'],
  ['a status that is none', 'HTTP/1.1 999 What\r\ncontent-length: 0\r\n\r\n'],
  ['a stream of nonsense', `HTTP/1.1 200 OK\r\n${head}\r\ndata: nonsense\n\ndata: {"jsonrpc":"2.0"}\n\n`],
  ['a stream cut in an event', `HTTP/1.1 200 OK\r\n${head}transfer-encoding: chunked\r\n\r\n5\r\ndata:\r\n`],
  ['headers without an end', `HTTP/1.1 200 OK\r\nx: ${'y'.repeat(100_000)}\r\n\r\n`],
  ['a redirect to nowhere', 'HTTP/1.1 307 Elsewhere\r\nlocation: ::::\r\ncontent-length: 0\r\n\r\n'],
])('a server that answers %s costs its own answer and nothing else', async (_what, answer) => {
  const server = createServer((socket) => {
    socket.on('error', () => undefined)
    socket.once('data', () => socket.end(answer))
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  onTestFinished(() => new Promise<void>((resolve) => server.close(() => resolve())))
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/mcp`
  const limits = { start_timeout_ms: 1500, timeout_ms: 1000 }
  const { get } = startPool([serverOf('web', { url, limits }), serverOf('old', { url, limits, transport: 'sse' })])
  for (const name of ['web', 'old']) {
    await expect(get(name).list(new AbortController().signal)).rejects.toMatchObject({ code: 'tool_unavailable' })
    expect(['backoff', 'cold']).toContain(get(name).status().state)
  }
})
