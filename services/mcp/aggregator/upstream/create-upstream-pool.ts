import type { McpServer } from '../../../common/contracts/mcp-server.ts'
import { HearthError } from '../../../common/errors/hearth-error.ts'
import type { Upstream, UpstreamPool, UpstreamSignIn, UpstreamStatus } from '../upstream.ts'
import { LinkStarter } from './link/link-starter.ts'
import { SignIns } from './sign-in/sign-ins.ts'
import { Slots } from './slots.ts'
import { ProcessLedger } from './stdio/process-ledger.ts'
import { SupervisedUpstream, switchedOff } from './supervised-upstream.ts'
import { type SupervisorDeps, unusable } from './supervisor.ts'
import { UpstreamMetrics } from './upstream-metrics.ts'
import type { UpstreamPoolDeps } from './upstream-pool-deps.ts'

const maxWaitingStarts = 5000

/** Owns every upstream and its processes; nothing runs before it is needed. */
export const createUpstreamPool = (deps: UpstreamPoolDeps): UpstreamPool & UpstreamSignIn => new Pool(deps)

class Pool implements UpstreamPool, UpstreamSignIn {
  readonly name = 'mcp upstreams'
  readonly #deps: UpstreamPoolDeps
  readonly #ledger: ProcessLedger
  readonly #signIns: SignIns
  readonly #starter: LinkStarter
  readonly #supervisorDeps: SupervisorDeps
  readonly #upstreams = new Map<string, SupervisedUpstream>()
  /** Of servers that are gone, until nothing of them runs any more. */
  readonly #leaving = new Map<SupervisedUpstream, Promise<void>>()
  readonly #leaveNow = new AbortController()

  constructor(deps: UpstreamPoolDeps) {
    this.#deps = deps
    this.#ledger = new ProcessLedger(deps.dataDir, deps.log)
    const gate = new Slots(deps.limits.spawns, maxWaitingStarts)
    this.#signIns = new SignIns(deps.signIn, deps.clock)
    this.#starter = new LinkStarter(deps, this.#ledger, gate, this.#signIns)
    this.#supervisorDeps = {
      starter: this.#starter,
      listener: deps.listener,
      metrics: new UpstreamMetrics(deps.metrics, () => this.statuses()),
      log: deps.log,
      clock: deps.clock,
    }
  }

  /** Ends what a Hearth that was killed left running. */
  async start(): Promise<void> {
    const ended = await this.#ledger.reap()
    if (ended.length > 0) this.#deps.log.warn({ pids: ended }, 'ended MCP servers that were left running')
  }

  async stop(deadline: AbortSignal): Promise<void> {
    const end = () => this.#leaveNow.abort()
    if (deadline.aborted) end()
    else deadline.addEventListener('abort', end, { once: true })
    for (const name of [...this.#upstreams.keys()]) this.#remove(name)
    await Promise.all(this.#leaving.values())
    deadline.removeEventListener('abort', end)
    await this.#ledger.flush()
  }

  apply(servers: readonly McpServer[]): void {
    const names = new Set(servers.map(({ name }) => name))
    for (const name of [...this.#upstreams.keys()]) if (!names.has(name)) this.#remove(name)
    for (const server of servers) this.#set(server)
  }

  get(name: string): Upstream | undefined {
    return this.#upstreams.get(name)
  }

  statuses(): readonly UpstreamStatus[] {
    return [...this.#upstreams.values()].map((upstream) => upstream.status())
  }

  async restart(name: string): Promise<void> {
    await this.#upstreams.get(name)?.restart()
  }

  async authorize(name: string, signal: AbortSignal): Promise<string> {
    const server = this.#upstreams.get(name)?.server
    if (server === undefined) throw new HearthError('caller_not_found', `There is no MCP server ${name}.`)
    const refusal = this.#starter.refusalOf(server)
    if (refusal !== undefined) throw unusable(name, refusal)
    const target = this.#starter.signInTarget(server)
    if (target === undefined) {
      throw new HearthError(
        'caller_unsupported_feature',
        `The MCP server ${name} has no url; there is no sign-in at it.`,
      )
    }
    return this.#signIns.begin(target, signal)
  }

  async finishAuthorization(answer: Parameters<UpstreamSignIn['finishAuthorization']>[0]): Promise<string> {
    const name = await this.#signIns.finish(answer)
    await this.restart(name)
    return name
  }

  #set(server: McpServer): void {
    const known = this.#upstreams.get(server.name)
    if (known === undefined) this.#upstreams.set(server.name, new SupervisedUpstream(server, this.#supervisorDeps))
    else if (known.server !== server)
      known.configure(server, server.enabled ? undefined : this.#endOfCalls(server.name))
  }

  #remove(name: string): void {
    const upstream = this.#upstreams.get(name)
    if (upstream === undefined) return
    this.#upstreams.delete(name)
    this.#leaving.set(upstream, this.#left(upstream))
  }

  /** Never rejects: nobody waits for it unless the whole house stops, and what is left then has its turn all the same. */
  async #left(upstream: SupervisedUpstream): Promise<void> {
    const { name } = upstream
    try {
      await upstream.stop(this.#leaveNow.signal)
    } catch (error) {
      this.#deps.log.warn({ err: error, server: name }, 'an MCP server did not end as it should')
    }
    this.#leaving.delete(upstream)
    if (!this.#upstreams.has(name)) this.#supervisorDeps.metrics.forget(name)
  }

  #endOfCalls(name: string) {
    return this.#deps.onDisable?.() === 'cancel' ? switchedOff(name) : undefined
  }
}
