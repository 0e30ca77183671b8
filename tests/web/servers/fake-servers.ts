import { HearthFailure } from '../../../clients/web/src/protocol/hearth-failure.ts'
import type { RestApi, RestCall } from '../../../clients/web/src/protocol/rest-api.ts'
import type { HouseAuditEntry, HouseServer, HouseTool } from '../../../clients/web/src/views/servers/house-shapes.ts'

export interface FakeAnswer {
  readonly status: number
  readonly body?: unknown
  readonly tag?: string
}

/** The part of the house's REST that this view uses, in memory: pages of `pageSize`, entity tags, refusals. */
export class FakeServers {
  readonly servers = new Map<string, HouseServer>()
  readonly tools = new Map<string, HouseTool>()
  readonly audit: HouseAuditEntry[] = []
  /** `METHOD path`, in order. */
  readonly asked: string[] = []
  readonly bodies: unknown[] = []
  pageSize = 200
  /** Every write waits for it. */
  hold: Promise<void> | undefined
  /** Every reading waits for it. */
  holdReads: Promise<void> | undefined
  /** From now on every call fails with this code. */
  failure: string | undefined
  /** What a call of a tool answers. */
  toolAnswer: unknown = { content: [{ type: 'text', text: 'done' }] }

  async answer({ method, path, body, knownTag }: RestCall): Promise<FakeAnswer> {
    this.asked.push(`${method} ${path}`)
    if (body !== undefined) this.bodies.push(body)
    // What a reading tells is from before whatever it then waits for.
    const answer = method === 'GET' ? this.#read(path, knownTag) : undefined
    await (method === 'GET' ? this.holdReads : this.hold)
    await new Promise((resolve) => setImmediate(resolve))
    if (this.failure !== undefined) return refusal(500, this.failure)
    return answer ?? this.#write(method, path, body)
  }

  #read(path: string, knownTag: string | undefined): FakeAnswer {
    const { pathname, searchParams } = new URL(path, 'http://house')
    const items = { servers: this.servers, tools: this.tools }[pathname.replace('/api/v1/mcp/', '')]
    const all: readonly unknown[] = items === undefined ? this.audit : [...items.values()]
    const from = Number(searchParams.get('cursor') ?? 0)
    const next = from + this.pageSize
    const page = { data: all.slice(from, next), next_cursor: next < all.length ? String(next) : null }
    const tag = `"${JSON.stringify(page)}"`
    return tag === knownTag ? { status: 304 } : { status: 200, body: page, tag }
  }

  #write(method: string, path: string, body: unknown): FakeAnswer {
    const [, kind = '', name = '', verb] = path.replace('/api/v1', '').split('/').slice(1).map(decodeURIComponent)
    const change = typeof body === 'object' ? body : {}
    if (kind === 'tools') return this.#writeTool(name, verb, change)
    if (method === 'POST' && name === '') return this.#create(change)
    const server = this.servers.get(name)
    if (server === undefined) return refusal(404, 'caller_not_found')
    if (method === 'DELETE') {
      this.servers.delete(name)
      return { status: 204 }
    }
    const written = { ...server, ...change, revision: server.revision + 1 }
    this.servers.set(name, written)
    return { status: 200, body: written }
  }

  #create(change: object | null): FakeAnswer {
    const server = { ...serverNamed('new'), ...change }
    if (this.servers.has(server.name)) return refusal(409, 'caller_conflict')
    this.servers.set(server.name, server)
    return { status: 201, body: server }
  }

  #writeTool(name: string, verb: string | undefined, change: object | null): FakeAnswer {
    const tool = this.tools.get(name)
    if (tool === undefined) return refusal(404, 'caller_not_found')
    if (verb === 'call') return { status: 200, body: this.toolAnswer }
    if (verb === 'approve' && (change as { hash?: string }).hash !== tool.hash) return refusal(409, 'caller_conflict')
    const approved = { state: 'active', reason: null, approved_hash: tool.hash } as const
    const written = { ...tool, ...(verb === 'approve' ? approved : change), revision: tool.revision + 1 }
    this.tools.set(name, written)
    return { status: 200, body: written }
  }
}

const refusal = (status: number, code: string): FakeAnswer => ({
  status,
  body: { type: 'about:blank', title: '', status, detail: `It failed with ${code}.`, code, retryable: false },
})

/** The same as the client of a page has it. */
export function restOf(fake: FakeServers): Pick<RestApi, 'state' | 'send'> {
  const answer = async (call: RestCall): Promise<FakeAnswer> => {
    call.signal?.throwIfAborted()
    const given = await fake.answer(call)
    call.signal?.throwIfAborted()
    if (given.status < 400) return given
    const { code = '' } = given.body as { code?: string }
    throw new HearthFailure({ code, message: `It failed with ${code}.`, retryable: false })
  }
  return {
    state: async (call) => {
      const { status, body, tag } = await answer(call)
      return status === 304 ? { type: 'unchanged' } : { type: 'read', body, tag }
    },
    send: async (call) => (await answer(call)).body,
  }
}

export function serverNamed(name: string, change: Partial<HouseServer> = {}): HouseServer {
  return { name, origin: 'api', revision: 1, enabled: true, trust: 'normal', status: { state: 'ready' }, ...change }
}

export function toolNamed(server: string, name: string, change: Partial<HouseTool> = {}): HouseTool {
  return {
    server,
    name,
    exposed_name: name,
    definition: { name, description: `What ${name} does.`, inputSchema: { type: 'object' } },
    hash: 'a'.repeat(64),
    approved_hash: 'a'.repeat(64),
    state: 'active',
    reason: null,
    enabled: true,
    pinned: false,
    callable: true,
    tokens: 100,
    revision: 1,
    ...change,
  }
}
