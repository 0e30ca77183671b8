import type { RestApi } from '../../protocol/rest-api.ts'
import type { HouseAuditEntry, HouseServer, HouseTool } from './house-shapes.ts'

/** What the house knows of its MCP servers, and what can be done with them. All throw HearthFailure. */
export interface ServersApi {
  /** All of them, by name; the same array as before when nothing has changed. */
  listServers(signal: AbortSignal): Promise<readonly HouseServer[]>
  /** All tools of all servers; as `listServers`. */
  listTools(signal: AbortSignal): Promise<readonly HouseTool[]>
  /** Newest first. For admins. */
  listAudit(signal: AbortSignal): Promise<readonly HouseAuditEntry[]>
  createServer(body: object): Promise<HouseServer>
  setServer(name: string, enabled: boolean): Promise<HouseServer>
  removeServer(name: string): Promise<void>
  restartServer(name: string): Promise<HouseServer>
  /** Where a person signs the house in at a server, by a browser. Untrusted. */
  beginSignIn(name: string): Promise<string>
  /** Asks the server anew what it offers. */
  refreshServer(name: string): Promise<HouseServer>
  setTool(exposedName: string, change: { readonly enabled?: boolean; readonly pinned?: boolean }): Promise<HouseTool>
  /** `hash` of the definition that was looked at. */
  approveTool(exposedName: string, hash: string): Promise<HouseTool>
  /** The answer of the tool, as it came. */
  callTool(exposedName: string, args: Readonly<Record<string, unknown>>, signal: AbortSignal): Promise<unknown>
}

const pageSize = 200
/** So many pages are read at most: a house that gives a cursor for ever must not hold the page up. */
const pagesAtMost = 100
const auditSize = 50
/** A call may take as long as the longest one that a server may allow itself. */
const callTimeoutMs = 3_600_000
/** A start of a process, and its first list. */
const startTimeoutMs = 180_000

type Rest = Pick<RestApi, 'state' | 'send'>

export function createServersApi(rest: Rest): ServersApi {
  const servers = new KnownList<HouseServer>(rest, '/api/v1/mcp/servers')
  const tools = new KnownList<HouseTool>(rest, '/api/v1/mcp/tools')
  // The house answers by its own schemas; fields are read by name where they are shown.
  const send = async <Body>(...call: Parameters<Rest['send']>): Promise<Body> => (await rest.send(...call)) as Body
  return {
    listServers: (signal) => servers.read(signal),
    listTools: (signal) => tools.read(signal),
    async listAudit(signal) {
      const path = `/api/v1/audit?limit=${auditSize}`
      return (await send<Page<HouseAuditEntry>>({ method: 'GET', path, signal })).data
    },
    createServer: (body) => send({ method: 'POST', path: '/api/v1/mcp/servers', body }),
    setServer: (name, enabled) => send({ method: 'PATCH', path: serverPath(name), body: { enabled } }),
    removeServer: (name) => send({ method: 'DELETE', path: serverPath(name) }),
    restartServer: (name) => send({ method: 'POST', path: `${serverPath(name)}/restart`, timeoutMs: startTimeoutMs }),
    async beginSignIn(name) {
      const call = { method: 'POST', path: `${serverPath(name)}/sign-in`, timeoutMs: startTimeoutMs } as const
      return (await send<{ readonly authorization_url: string }>(call)).authorization_url
    },
    refreshServer: (name) => send({ method: 'POST', path: `${serverPath(name)}/refresh`, timeoutMs: startTimeoutMs }),
    setTool: (name, change) => send({ method: 'PATCH', path: toolPath(name), body: change }),
    approveTool: (name, hash) => send({ method: 'POST', path: `${toolPath(name)}/approve`, body: { hash } }),
    callTool: (name, args, signal) =>
      send({
        method: 'POST',
        path: `${toolPath(name)}/call`,
        body: { arguments: args },
        signal,
        timeoutMs: callTimeoutMs,
      }),
  }
}

const serverPath = (name: string): string => `/api/v1/mcp/servers/${encodeURIComponent(name)}`
const toolPath = (exposedName: string): string => `/api/v1/mcp/tools/${encodeURIComponent(exposedName)}`

interface Page<Item> {
  readonly data: readonly Item[]
  readonly next_cursor: string | null
}

interface KnownPage<Item> {
  readonly page: Page<Item>
  readonly tag: string | undefined
}

/** A list that is read again and again: pages that did not change are not sent again. */
class KnownList<Item> {
  readonly #rest: Rest
  readonly #path: string
  #known: ReadonlyMap<string, KnownPage<Item>> = new Map()
  #items: readonly Item[] = []

  constructor(rest: Rest, path: string) {
    this.#rest = rest
    this.#path = path
  }

  async read(signal: AbortSignal): Promise<readonly Item[]> {
    const before = this.#known
    const pages = new Map<string, KnownPage<Item>>()
    let cursor: string | null = null
    do {
      const query = new URLSearchParams({ limit: String(pageSize), ...(cursor === null ? {} : { cursor }) })
      const path = `${this.#path}?${query}`
      const known: KnownPage<Item> = await this.#readPage(path, before.get(path), signal)
      pages.set(path, known)
      cursor = known.page.next_cursor
    } while (cursor !== null && pages.size < pagesAtMost)
    const isSame = pages.size === before.size && [...pages].every(([path, page]) => before.get(path) === page)
    this.#known = pages
    if (!isSame) this.#items = [...pages.values()].flatMap(({ page }) => page.data)
    return this.#items
  }

  async #readPage(path: string, known: KnownPage<Item> | undefined, signal: AbortSignal): Promise<KnownPage<Item>> {
    const knownTag = known?.tag === undefined ? {} : { knownTag: known.tag }
    const state = await this.#rest.state({ method: 'GET', path, signal, ...knownTag })
    if (state.type === 'read') return { page: state.body as Page<Item>, tag: state.tag }
    if (known === undefined) throw new Error('the house says that nothing has changed, but nothing was known')
    return known
  }
}
