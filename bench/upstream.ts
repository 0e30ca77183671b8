// A fake vendor that speaks OpenAI Chat Completions, streamed: `node bench/upstream.ts`. Prints its address. Each event is
// one chunk of the body and one write to the socket; ends when its standard input does.
import { once } from 'node:events'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { Socket } from 'node:net'
import { setImmediate as nextTurn, setTimeout as sleep } from 'node:timers/promises'
import { createClock } from './clock.ts'
import { endWithParent, listen } from './listen.ts'
import { type AnswerShape, shapeOf, tokenBytes, writeToken } from './token.ts'

/** Answers take turns, so that the first token of none waits for the last of another. */
const tokensPerTurn = 16
const clock = createClock()

const chunk = (fields: object): string =>
  JSON.stringify({
    id: 'chatcmpl-bench',
    object: 'chat.completion.chunk',
    created: 1_795_000_000,
    model: 'bench',
    ...fields,
  })
const choice = (delta: object, finish_reason: string | null): string =>
  chunk({ choices: [{ index: 0, delta, logprobs: null, finish_reason }] })
/** One event as one chunk of a chunked body. */
const framed = (data: string): Buffer => {
  const event = `data: ${data}\n\n`
  return Buffer.from(`${event.length.toString(16)}\r\n${event}\r\n`, 'latin1')
}

const tokenEvent = framed(choice({ content: '~'.padEnd(tokenBytes) }, null))
const tokenOffset = tokenEvent.indexOf('~')
const opening = framed(choice({ role: 'assistant', content: '' }, null))
const finish = framed(choice({}, 'stop'))
const done = framed('[DONE]')

function tokenAt(index: number): Buffer {
  const bytes = Buffer.allocUnsafe(tokenEvent.length)
  bytes.set(tokenEvent)
  writeToken(bytes, tokenOffset, index, clock())
  return bytes
}

const usage = (tokens: number): Buffer =>
  framed(chunk({ choices: [], usage: { prompt_tokens: 8, completion_tokens: tokens, total_tokens: tokens + 8 } }))

async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
  const parts: Buffer[] = []
  for await (const part of request) parts.push(part)
  const body = Buffer.concat(parts).toString()
  if (request.method !== 'POST') return void response.setHeader('content-type', 'application/json').end(models)
  const socket = response.socket
  if (socket === null) return
  const shape = shapeOf(body)
  response.writeHead(200, { 'content-type': 'text/event-stream', 'transfer-encoding': 'chunked' })
  response.flushHeaders()
  socket.write(opening)
  await (shape.perSecond === 0 ? pour(socket, shape) : pace(socket, shape))
  if (socket.destroyed) return
  socket.write(finish)
  if (body.includes('"include_usage":true')) socket.write(usage(shape.tokens))
  socket.write(done)
  response.end()
}

const models = JSON.stringify({
  object: 'list',
  data: [{ id: 'bench', object: 'model', created: 0, owned_by: 'bench' }],
})

/** As fast as the reader takes it. */
async function pour(socket: Socket, { tokens }: AnswerShape): Promise<void> {
  for (let index = 0; index < tokens && !socket.destroyed; index += 1) {
    const hasRoom = socket.write(tokenAt(index))
    if (!hasRoom) await drained(socket)
    else if (index % tokensPerTurn === tokensPerTurn - 1) await nextTurn()
  }
}

async function drained(socket: Socket): Promise<void> {
  const stop = new AbortController()
  const waits = ['drain', 'close'].map((name) => once(socket, name, { signal: stop.signal }))
  await Promise.race(waits).finally(() => stop.abort())
  await Promise.allSettled(waits)
}

/** Token k is due k intervals after the first; what is late is sent at once, each in a write of its own. */
async function pace(socket: Socket, { tokens, perSecond }: AnswerShape): Promise<void> {
  const startedAt = performance.now()
  for (let index = 0; index < tokens && !socket.destroyed; index += 1) {
    const waitMs = startedAt + (index * 1000) / perSecond - performance.now()
    if (waitMs > 0) await sleep(waitMs)
    socket.write(tokenAt(index))
  }
}

const server = createServer((request, response) => {
  answer(request, response).catch(() => response.destroy())
})
server.on('connection', (socket) => socket.setNoDelay(true))
console.log(await listen(server))
endWithParent()
