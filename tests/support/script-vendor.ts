import { once } from 'node:events'
import http from 'node:http'
import type { AddressInfo } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'

/** A server of Chat Completions that says a given text, the same to everybody. */
export interface ScriptVendor extends AsyncDisposable {
  /** Up to and with /v1. */
  readonly baseUrl: string
}

export interface Script {
  readonly text: string
  /** Characters of one delta. */
  readonly deltaLength: number
  readonly deltasPerSecond: number
}

/** A tick of the pace, milliseconds. */
const tickMs = 10

/** `scripts` by the name of the model. */
export async function startScriptVendor(scripts: Readonly<Record<string, Script>>): Promise<ScriptVendor> {
  const server = http.createServer((request, response) => {
    void serve(scripts, request, response).catch(() => response.destroy())
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  return {
    baseUrl: `http://127.0.0.1:${port}/v1`,
    [Symbol.asyncDispose]: async () => {
      const closed = once(server, 'close')
      server.close()
      server.closeAllConnections()
      await closed
    },
  }
}

async function serve(
  scripts: Readonly<Record<string, Script>>,
  request: http.IncomingMessage,
  response: http.ServerResponse,
): Promise<void> {
  const chunks: Buffer[] = []
  for await (const chunk of request) chunks.push(Buffer.from(chunk))
  const asked: { readonly model?: string } = JSON.parse(Buffer.concat(chunks).toString() || '{}')
  const script = scripts[asked.model ?? '']
  if (script === undefined) {
    response.writeHead(404).end()
    return
  }
  response.writeHead(200, { 'content-type': 'text/event-stream; charset=utf-8' })
  const left = new AbortController()
  response.on('close', () => left.abort())
  await say(script, response, left.signal)
}

async function say(script: Script, response: http.ServerResponse, signal: AbortSignal): Promise<void> {
  const startedAtMs = performance.now()
  const deltas = deltasOf(script)
  let given = 0
  while (given < deltas.length) {
    const due = Math.ceil(((performance.now() - startedAtMs + tickMs) / 1000) * script.deltasPerSecond)
    const batch = deltas.slice(given, due).map((content) => chunk({ delta: { content }, finish_reason: null }))
    given += batch.length
    if (batch.length > 0 && !response.write(batch.join(''))) await once(response, 'drain', { signal })
    await sleep(tickMs, undefined, { signal })
  }
  response.end(`${chunk({ delta: {}, finish_reason: 'stop' })}data: [DONE]\n\n`)
}

function deltasOf({ text, deltaLength }: Script): readonly string[] {
  const count = Math.ceil(text.length / deltaLength)
  return Array.from({ length: count }, (_, index) => text.slice(index * deltaLength, (index + 1) * deltaLength))
}

const chunk = (choice: object): string =>
  `data: ${JSON.stringify({
    id: 'chatcmpl-script',
    object: 'chat.completion.chunk',
    created: 1_795_305_600,
    model: 'script',
    choices: [{ index: 0, ...choice }],
  })}\n\n`
