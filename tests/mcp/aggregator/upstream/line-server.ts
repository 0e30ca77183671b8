/**
 * A small MCP server on standard streams that speaks plain lines, starts in no time and misbehaves on demand.
 * Arguments: `modern`, `exit-at-probe`, `silent-probe`, `start-after=<ms>`, `die-at-start`, `ask-at-start`, `odd-tool`,
 * `silent-list`.
 */
import { spawn } from 'node:child_process'
import { createInterface } from 'node:readline'

interface Message {
  readonly id?: number | string
  readonly method?: string
  readonly params?: Readonly<Record<string, unknown>>
  readonly result?: unknown
  readonly error?: unknown
}

const options = new Set(process.argv.slice(2))
const optionOf = (name: string) => process.argv.find((text) => text.startsWith(`${name}=`))?.split('=')[1]
const isModern = options.has('modern')
const cancelled: unknown[] = []
const waiting = new Map<number | string, (message: Message) => void>()
let asked = 0

const write = (message: object) => process.stdout.write(`${JSON.stringify({ jsonrpc: '2.0', ...message })}\n`)
const text = (value: unknown) => ({
  ...(isModern ? { resultType: 'complete' } : {}),
  content: [{ type: 'text', text: typeof value === 'string' ? value : JSON.stringify(value) }],
})

const capabilities = {
  tools: { listChanged: true },
  logging: {},
  resources: { subscribe: true },
}
const meta = { 'io.modelcontextprotocol/serverInfo': { name: 'line', version: '1' }, kept: 'yes' }
const cache = isModern ? { resultType: 'complete', ttlMs: 0, cacheScope: 'private' } : {}

function ask(method: string, params: object, then: (message: Message) => void): void {
  asked += 1
  waiting.set(`q${asked}`, then)
  write({ id: `q${asked}`, method, params })
}

const question = {
  message: 'How many?',
  requestedSchema: { type: 'object', properties: { count: { type: 'integer' } } },
}

type Tool = (
  args: Readonly<Record<string, unknown>>,
  params: Readonly<Record<string, unknown>>,
  id: number | string,
) => unknown

const tools: Readonly<Record<string, Tool>> = {
  echo: (args) => text(args['text'] ?? ''),
  pid: () => text(String(process.pid)),
  params: (_args, params) => text(params),
  environment: () => text(process.env),
  cancelled: () => text(cancelled),
  hang: () => undefined,
  slow: (args, _params, id) => {
    setTimeout(() => write({ id, result: text('slow') }), Number(args['ms']))
  },
  big: (args) => text('x'.repeat(Number(args['bytes']))),
  die: () => process.exit(3),
  child: () => {
    const child = spawn(process.execPath, ['-e', 'process.on("SIGTERM", () => {}); setInterval(() => {}, 1000)'], {
      stdio: 'inherit',
    })
    return text(String(child.pid))
  },
  flood: (args) => {
    const notice = { method: 'notifications/message', params: { level: 'info', data: 'x'.repeat(200) } }
    for (let sent = 0; sent < Number(args['count']); sent += 1) write(notice)
    return text('flooded')
  },
  junk: () => {
    process.stdout.write('this is not JSON\n{"neither":"is this"}\n\n')
    return text('after junk')
  },
  progress: (_args, params) => {
    const token = (params['_meta'] as Record<string, unknown> | undefined)?.['progressToken']
    for (const progress of [1, 2, 3])
      write({ method: 'notifications/progress', params: { progressToken: token, progress } })
    return text('done')
  },
  log: () => {
    write({ method: 'notifications/message', params: { level: 'debug', data: 'low' } })
    write({ method: 'notifications/message', params: { level: 'error', data: 'high' } })
    return text('logged')
  },
  ask: (_args, params, id) => {
    if (isModern) {
      if (params['inputResponses'] !== undefined)
        return text({ got: params['inputResponses'], state: params['requestState'] })
      const inputRequests = { n: { method: 'elicitation/create', params: { mode: 'form', ...question } } }
      return { resultType: 'input_required', inputRequests, requestState: 'opaque' }
    }
    ask('elicitation/create', question, ({ result, error }) => write({ id, result: text({ result, error }) }))
    return undefined
  },
  'ask-and-hang': () => {
    ask('elicitation/create', question, () => undefined)
    return undefined
  },
  change: () => {
    write({ method: 'notifications/tools/list_changed' })
    write({ method: 'notifications/resources/updated', params: { uri: 'line://a' } })
    return text('changed')
  },
  subscribed: () => text([...subscribed]),
  broken: () => ({ ...text('no structure'), structuredContent: { b: 1 } }),
  refused: () => {
    throw Object.assign(new Error('no such thing'), { code: -32602, data: { why: 'because' } })
  },
}
const subscribed = new Set<unknown>()

const toolList = () =>
  Object.keys(tools).map((name) => ({
    name,
    inputSchema: { type: 'object' },
    ...(name === 'broken' ? { outputSchema: { type: 'object', required: ['a'] } } : {}),
  }))

const methods: Readonly<Record<string, (message: Message) => unknown>> = {
  'server/discover': () => {
    if (options.has('exit-at-probe')) process.exit(9)
    if (options.has('silent-probe')) return undefined
    if (!isModern) throw Object.assign(new Error('unknown method'), { code: -32601 })
    return { ...cache, supportedVersions: ['2026-07-28'], capabilities, _meta: meta }
  },
  initialize: () => {
    if (isModern) throw Object.assign(new Error('modern only'), { code: -32600 })
    return { protocolVersion: '2025-11-25', capabilities, serverInfo: { name: 'line', version: '1' } }
  },
  ping: () => ({}),
  'tools/list': () => {
    if (options.has('silent-list')) return undefined
    return { ...cache, tools: [...toolList(), ...(options.has('odd-tool') ? [{ name: 7 }] : [])] }
  },
  'resources/list': () => ({ ...cache, resources: [{ uri: 'line://a', name: 'a' }] }),
  'resources/read': ({ params }) => ({ ...cache, contents: [{ uri: params?.['uri'], text: 'content' }], _meta: meta }),
  'resources/subscribe': ({ params }) => {
    subscribed.add(params?.['uri'])
    return {}
  },
  'resources/unsubscribe': ({ params }) => {
    subscribed.delete(params?.['uri'])
    return {}
  },
  'logging/setLevel': () => ({}),
  'tools/call': ({ params = {}, id = 0 }) => {
    const tool = tools[String(params['name'])]
    if (tool === undefined) throw Object.assign(new Error('unknown tool'), { code: -32602 })
    return tool((params['arguments'] ?? {}) as Record<string, unknown>, params, id)
  },
}

function listen({ id, params }: Message): void {
  const filter = (params?.['notifications'] ?? {}) as Record<string, unknown>
  for (const uri of (filter['resourceSubscriptions'] ?? []) as string[]) subscribed.add(uri)
  const own = { 'io.modelcontextprotocol/subscriptionId': id }
  write({ method: 'notifications/subscriptions/acknowledged', params: { notifications: filter, _meta: own } })
}

function receive(message: Message): void {
  const { id, method } = message
  if (method === undefined) waiting.get(id ?? 0)?.(message)
  else if (id === undefined) notice(message)
  else if (method === 'subscriptions/listen') listen(message)
  else answer(id, message)
}

function notice({ method, params }: Message): void {
  if (method === 'notifications/cancelled') cancelled.push(params?.['requestId'])
  if (method !== 'notifications/initialized' || !options.has('ask-at-start')) return
  ask('roots/list', {}, ({ error }) => process.stderr.write(`roots: ${JSON.stringify(error)}\n`))
}

function answer(id: number | string, message: Message): void {
  try {
    const method = methods[message.method ?? '']
    if (method === undefined) throw Object.assign(new Error('unknown method'), { code: -32601 })
    const result = method(message)
    if (result !== undefined) write({ id, result })
  } catch (error) {
    const { code = -32603, message: why, data } = error as Error & { code?: number; data?: unknown }
    write({ id, error: { code, message: why, ...(data === undefined ? {} : { data }) } })
  }
}

process.stderr.write('line server: \u001b[31mready\u001b[0m\n')
if (options.has('die-at-start')) {
  process.stderr.write('cannot open the door\n')
  process.exit(4)
}
setTimeout(
  () => createInterface({ input: process.stdin }).on('line', (line) => receive(JSON.parse(line) as Message)),
  Number(optionOf('start-after') ?? 0),
)
