import { type OAuthClientProvider, ProtocolError, SdkError, SdkErrorCode } from '@modelcontextprotocol/client'
import type { FilledServer } from '../../../../common/config/secret-source.ts'
import type { McpServer } from '../../../../common/contracts/mcp-server.ts'
import { Egress } from '../http/egress.ts'
import { reachHash } from '../reach.ts'
import type { SignIns, SignInTarget } from '../sign-in/sign-ins.ts'
import type { Slots } from '../slots.ts'
import { minimalEnvironment } from '../stdio/minimal-environment.ts'
import type { ProcessCommand } from '../stdio/process-group.ts'
import type { ProcessLedger } from '../stdio/process-ledger.ts'
import { sandboxed, sandboxRefusal } from '../stdio/sandbox.ts'
import type { UpstreamPoolDeps } from '../upstream-pool-deps.ts'
import type { Link, LinkEvents } from './link.ts'
import { openHttpLink } from './open-http-link.ts'
import { openStdioLink, ProgramFailed } from './open-stdio-link.ts'
import { isWithoutStreamableHttp } from './start-failure.ts'
import { keepVerdict, recallVerdict, type Verdict } from './verdict.ts'

/** Lists are large: what an upstream may send in one message, when the answer of a call is not larger. */
const listMessageBytes = 8 * 1024 * 1024

/** It cannot be used as it is declared; the message is a sentence for people. */
export class NotUsable extends Error {
  override readonly name = 'NotUsable'
}

export interface StartOrder {
  readonly server: McpServer
  /** `limits.output_kb` as it stands in this moment, in bytes. */
  readonly outputBytes: () => number
  readonly events: LinkEvents
  readonly signal: AbortSignal
}

interface Opened {
  readonly link: Link
  readonly verdict: Verdict
}

type Deps = Pick<UpstreamPoolDeps, 'secrets' | 'verdicts' | 'allowApiCommands' | 'dataDir' | 'clock'>

/** Makes links: fills in secrets, knows or asks for the era, chooses the transport, keeps to the bound of starts. */
export class LinkStarter {
  readonly #deps: Deps
  readonly #ledger: ProcessLedger
  readonly #gate: Slots
  readonly #signIns: SignIns

  constructor(deps: Deps, ledger: ProcessLedger, gate: Slots, signIns: SignIns) {
    this.#deps = deps
    this.#signIns = signIns
    this.#ledger = ledger
    this.#gate = gate
  }

  /** Why the server cannot be used as it is declared; undefined: it can. */
  refusalOf(server: McpServer): string | undefined {
    try {
      this.#filled(server)
      return undefined
    } catch (error) {
      return error instanceof Error ? error.message : String(error)
    }
  }

  /** @throws NotUsable, and what the transports throw. */
  async open(order: StartOrder): Promise<Link> {
    const { server, signal } = order
    const filled = this.#filled(server)
    const hash = reachHash(server)
    const { verdicts, clock } = this.#deps
    const known = recallVerdict(verdicts.get(server.name, hash), clock())
    try {
      const { link, verdict } = await this.#attempt(order, filled, known)
      if (known === undefined) verdicts.set(server.name, hash, keepVerdict(verdict, clock()))
      return link
    } catch (error) {
      if (known === undefined || signal.aborted) throw error
      verdicts.set(server.name, hash, undefined)
      if (!isAboutProtocol(error)) throw error
    }
    const { link, verdict } = await this.#attempt(order, filled, undefined)
    verdicts.set(server.name, hash, keepVerdict(verdict, clock()))
    return link
  }

  /** Where somebody signs in at it. @throws NotUsable; undefined: it has no url. */
  signInTarget(server: McpServer): SignInTarget | undefined {
    const filled = this.#filled(server)
    return filled.url === undefined ? undefined : { server, filled, url: new URL(filled.url) }
  }

  /** What was agreed on with it does not hold. */
  forget(server: McpServer): void {
    this.#deps.verdicts.set(server.name, reachHash(server), undefined)
  }

  #filled(server: McpServer): FilledServer {
    const filled = this.#deps.secrets.fill(server)
    if (filled.type === 'refused') throw new NotUsable(filled.reason)
    if (server.image !== undefined) throw new NotUsable('Images are run in a cluster only; give a command or a url.')
    if (server.command !== undefined && server.origin === 'api' && !this.#deps.allowApiCommands()) {
      throw new NotUsable(
        'Commands of the API are not allowed; set mcp.allow_api_commands, or declare it in config.yaml.',
      )
    }
    return filled
  }

  async #attempt(order: StartOrder, filled: FilledServer, known: Verdict | undefined): Promise<Opened> {
    if (filled.url === undefined) return this.#program(order, filled, known)
    const url = new URL(filled.url)
    const authProvider = await this.#signIns.providerFor({ server: order.server, filled, url })
    return overHttp({ order, filled, url, known, authProvider })
  }

  async #program(order: StartOrder, filled: FilledServer, known: Verdict | undefined): Promise<Opened> {
    const { server, events, signal } = order
    const command = await this.#commandOf(server, filled)
    const release = await this.#gate.take(signal)
    if (release === undefined) throw new SdkError(SdkErrorCode.RequestTimeout, 'too many servers wait for their start')
    try {
      const link = await openStdioLink({
        command,
        prior: known?.prior,
        maxMessageBytes: messageBytes(server),
        ledger: this.#ledger,
        events,
        signal,
        timeoutMs: server.limits.start_timeout_ms,
      })
      return { link, verdict: verdictOf(link, 'http') }
    } finally {
      release()
    }
  }

  async #commandOf({ sandbox }: McpServer, { command = '', args, env, cwd }: FilledServer): Promise<ProcessCommand> {
    const folder = cwd ?? this.#deps.dataDir
    const plain = { command, args, env: minimalEnvironment(process.env, env), cwd: folder }
    if (sandbox !== 'strict') return plain
    const refusal = await sandboxRefusal(folder)
    if (refusal !== undefined) throw new NotUsable(refusal)
    return sandboxed(plain)
  }
}

interface HttpOrder {
  readonly order: StartOrder
  readonly filled: FilledServer
  readonly url: URL
  readonly known: Verdict | undefined
  readonly authProvider: OAuthClientProvider | undefined
}

/** Streamable HTTP; where nothing is declared and the address does not know it, the old HTTP+SSE. */
async function overHttp(http: HttpOrder): Promise<Opened> {
  const declared = http.order.server.transport
  const transport = declared ?? http.known?.transport ?? 'http'
  try {
    return await overTransport(http, transport)
  } catch (error) {
    const isDecided = declared !== undefined || http.known !== undefined
    if (isDecided || !isWithoutStreamableHttp(error)) throw error
    // What the first way said is what helps, when the second is none either.
    return overTransport(http, 'sse').catch(() => Promise.reject(error))
  }
}

async function overTransport(
  { order, filled, url, known, authProvider }: HttpOrder,
  transport: 'http' | 'sse',
): Promise<Opened> {
  const { server, events, signal } = order
  const link = await openHttpLink({
    target: {
      url,
      headers: filled.headers,
      egress: new Egress(url.hostname, server.egress),
      transport,
      authProvider,
      maxMessageBytes: messageBytes(server),
      maxAnswerBytes: () => wireBytes(order.outputBytes()),
      maxSockets: server.limits.concurrency + 8,
    },
    prior: transport === 'sse' ? { kind: 'legacy' } : known?.prior,
    events,
    signal,
    timeoutMs: server.limits.start_timeout_ms,
  })
  return { link, verdict: verdictOf(link, transport) }
}

/** Of a message over the wire, whose answer has so many bytes: each may be escaped (`\u001b`), and what is around it. */
const wireBytes = (outputBytes: number): number => outputBytes * 6 + 65_536

const messageBytes = ({ limits }: McpServer): number => Math.max(listMessageBytes, wireBytes(limits.output_kb * 1024))

function verdictOf({ client }: Link, transport: Verdict['transport']): Verdict {
  const discover = client.getDiscoverResult()
  return { prior: discover === undefined ? { kind: 'legacy' } : { kind: 'modern', discover }, transport }
}

/** May asking for the era anew help? Not when there was nobody to ask. */
const isAboutProtocol = (error: unknown): boolean =>
  error instanceof SdkError || error instanceof ProtocolError || error instanceof ProgramFailed
