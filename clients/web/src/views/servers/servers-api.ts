import { eachPage, type HousePage, readPage } from '../../protocol/house-pages.ts'
import type { RestApi, RestCall } from '../../protocol/rest-api.ts'
import type { HouseAuditEntry, HouseServer, HouseTool } from './house-shapes.ts'
import { readAuditEntry, readServer, readSignIn, readTool } from './read-answers.ts'

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

const auditSize = 50
/** A call may take as long as the longest one that a server may allow itself. */
const callTimeoutMs = 3_600_000
/** A start of a process, and its first list. */
const startTimeoutMs = 180_000

type Rest = Pick<RestApi, 'state' | 'send'>

export function createServersApi(rest: Rest): ServersApi {
  const servers = new KnownList({ rest, path: '/api/v1/mcp/servers', readItem: readServer })
  const tools = new KnownList({ rest, path: '/api/v1/mcp/tools', readItem: readTool })
  const server = async (call: RestCall): Promise<HouseServer> => readServer(await rest.send(call))
  const tool = async (call: RestCall): Promise<HouseTool> => readTool(await rest.send(call))
  return {
    listServers: (signal) => servers.read(signal),
    listTools: (signal) => tools.read(signal),
    async listAudit(signal) {
      const path = `/api/v1/audit?limit=${auditSize}`
      return readPage(await rest.send({ method: 'GET', path, signal }), readAuditEntry).data
    },
    createServer: (body) => server({ method: 'POST', path: '/api/v1/mcp/servers', body }),
    setServer: (name, enabled) => server({ method: 'PATCH', path: serverPath(name), body: { enabled } }),
    async removeServer(name) {
      await rest.send({ method: 'DELETE', path: serverPath(name) })
    },
    restartServer: (name) => server({ method: 'POST', path: `${serverPath(name)}/restart`, timeoutMs: startTimeoutMs }),
    async beginSignIn(name) {
      const call = { method: 'POST', path: `${serverPath(name)}/sign-in`, timeoutMs: startTimeoutMs } as const
      return readSignIn(await rest.send(call)).authorization_url
    },
    refreshServer: (name) => server({ method: 'POST', path: `${serverPath(name)}/refresh`, timeoutMs: startTimeoutMs }),
    setTool: (name, change) => tool({ method: 'PATCH', path: toolPath(name), body: change }),
    approveTool: (name, hash) => tool({ method: 'POST', path: `${toolPath(name)}/approve`, body: { hash } }),
    callTool: (name, args, signal) =>
      rest.send({
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

interface KnownPage<Item> extends HousePage<Item> {
  readonly tag: string | undefined
}

interface KnownListDeps<Item> {
  readonly rest: Rest
  readonly path: string
  readonly readItem: (item: unknown) => Item
}

/** A list that is read again and again: pages that did not change are not sent again. */
class KnownList<Item> {
  readonly #deps: KnownListDeps<Item>
  #known: ReadonlyMap<string, KnownPage<Item>> = new Map()
  #items: readonly Item[] = []

  constructor(deps: KnownListDeps<Item>) {
    this.#deps = deps
  }

  async read(signal: AbortSignal): Promise<readonly Item[]> {
    const before = this.#known
    const pages = new Map<string, KnownPage<Item>>()
    const readKnown = async (path: string): Promise<KnownPage<Item>> => {
      const page = await this.#readPage(path, before.get(path), signal)
      pages.set(path, page)
      return page
    }
    const items: Item[] = []
    for await (const { data } of eachPage(this.#deps.path, readKnown)) items.push(...data)
    const isSame = pages.size === before.size && [...pages].every(([path, page]) => before.get(path) === page)
    this.#known = pages
    if (!isSame) this.#items = items
    return this.#items
  }

  async #readPage(path: string, known: KnownPage<Item> | undefined, signal: AbortSignal): Promise<KnownPage<Item>> {
    const knownTag = known?.tag === undefined ? {} : { knownTag: known.tag }
    const state = await this.#deps.rest.state({ method: 'GET', path, signal, ...knownTag })
    if (state.type === 'read') return { ...readPage(state.body, this.#deps.readItem), tag: state.tag }
    if (known === undefined) throw new Error('the house says that nothing has changed, but nothing was known')
    return known
  }
}
