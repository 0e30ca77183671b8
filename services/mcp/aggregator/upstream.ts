import type {
  CallToolResult,
  ClientCapabilities,
  InputRequiredResult,
  LoggingLevel,
  LoggingMessageNotification,
  Progress,
  Prompt,
  Resource,
  ResourceTemplateType,
  Result,
  ServerCapabilities,
  Tool,
} from '@modelcontextprotocol/client'
import type { McpServer } from '../../common/contracts/mcp-server.ts'
import type { Part } from '../../common/lifecycle/part.ts'

/**
 * `off`: switched off. `disabled`: cannot be used as it is declared (a secret is missing, a command is not allowed).
 * `cold`: not running, starts when needed. `backoff`: failed, is tried again at `retryAt`. `open`: the breaker refuses
 * calls until `retryAt`. `unauthorized`: a person has to sign in.
 */
export type UpstreamState = 'off' | 'disabled' | 'cold' | 'starting' | 'ready' | 'backoff' | 'open' | 'unauthorized'

/** Which revisions of the protocol it speaks: `modern` is 2026-07-28 and later, `legacy` is before. */
export type Era = 'modern' | 'legacy'

export interface UpstreamStatus {
  readonly name: string
  readonly state: UpstreamState
  readonly era: Era | undefined
  readonly protocolVersion: string | undefined
  /** What its process writes to standard error last, or what its last failure said; cleaned, at most 500 characters. */
  readonly lastError: string | undefined
  /** Epoch milliseconds. */
  readonly retryAt: number | undefined
  /** Since mcp started. */
  readonly restarts: number
  readonly callsInFlight: number
  /** Median of the last calls, milliseconds. */
  readonly latencyMs: number | undefined
  /** Of a process that we started. */
  readonly pid: number | undefined
  /** Resident set of that process, bytes. */
  readonly memoryBytes: number | undefined
}

/** All that an upstream offers, as it said. Untrusted. */
export interface UpstreamListing {
  readonly capabilities: ServerCapabilities
  readonly instructions: string | undefined
  readonly tools: readonly Tool[]
  readonly prompts: readonly Prompt[]
  readonly resources: readonly Resource[]
  readonly resourceTemplates: readonly ResourceTemplateType[]
}

/** A request of the upstream in the middle of one of ours: elicitation, sampling, roots. */
export interface Question {
  readonly method: 'elicitation/create' | 'sampling/createMessage' | 'roots/list'
  readonly params: Readonly<Record<string, unknown>> | undefined
}

/** What the client that asks can do for the upstream while it waits. Nothing of it is invented on the way. */
export interface Asker {
  /** Principal id, for limits and the audit. */
  readonly principal: string
  readonly capabilities: ClientCapabilities
  /** Absent: no log messages. */
  readonly logLevel?: LoggingLevel
  onProgress?(progress: Progress): void
  onLog?(message: LoggingMessageNotification['params']): void
  /** A legacy upstream asks in the middle. Rejects when the client cannot answer; ends with the exchange. */
  answer?(question: Question): Promise<Result>
}

/** One request to one upstream. */
export interface Exchange {
  readonly method: 'tools/call' | 'prompts/get' | 'resources/read' | 'completion/complete'
  /** In the upstream's own names, without any reserved `_meta`. Of a retry also `inputResponses` and its `requestState`. */
  readonly params: Readonly<Record<string, unknown>>
  /** Of `tools/call`: as the upstream listed it, for `Mcp-Param-*`. */
  readonly tool?: Tool
  readonly asker: Asker
  readonly signal: AbortSignal
  /** Asked when its turn has come, after whatever waiting: what it says is thrown, and nothing is sent. */
  readonly refused?: () => Error | undefined
}

export type ExchangeAnswer =
  /** `_meta` without what is reserved for the hop between us and the upstream. */
  | { readonly type: 'complete'; readonly result: CallToolResult | Result }
  /** A modern upstream wants to know more; `requestState` is its own, opaque. */
  | { readonly type: 'input_required'; readonly result: InputRequiredResult }

/** One external MCP server, whatever it takes to reach it. Starts by itself when it is needed. */
export interface Upstream {
  readonly name: string
  status(): UpstreamStatus
  /**
   * Lists everything, page after page within bounds.
   * @throws HearthError `tool_unavailable`, `tool_timeout`.
   */
  list(signal: AbortSignal): Promise<UpstreamListing>
  /**
   * @throws HearthError `tool_unavailable` (not running, breaker open, died in the middle), `tool_timeout`,
   * `caller_too_large` (answer over the cap), `gateway_overloaded` (too many waiting), `tool_disabled` (switched off meanwhile
   * with `cancel`), `caller_cancelled`; ProtocolError as the upstream said it, free of what describes the other hop.
   */
  exchange(exchange: Exchange): Promise<ExchangeAnswer>
  /** Who wants to hear of changes of the resource; counted by uri. The upstream is kept running meanwhile. */
  watch(uri: string): Disposable
}

/** What upstreams tell by themselves; never called inside a call into the pool. */
export interface UpstreamListener {
  /** Its lists may have changed: it said so, or it was started anew. */
  onListsChanged(name: string): void
  onResourceUpdated(name: string, uri: string): void
  onStatus(status: UpstreamStatus): void
}

/** Which era each upstream was found to speak, kept over restarts; the text is opaque and dated by who writes it. */
export interface Verdicts {
  get(server: string, configHash: string): string | undefined
  /** `configHash` names what it was found for: how the upstream is reached. Undefined: it proved wrong. */
  set(server: string, configHash: string, prior: string | undefined): void
}

/** Owns every upstream and all processes. */
export interface UpstreamPool extends Part {
  /** Makes the pool exactly these, OFF ones included; what stays as it was is not touched, what is gone is stopped. */
  apply(servers: readonly McpServer[]): void
  get(name: string): Upstream | undefined
  statuses(): readonly UpstreamStatus[]
  /** Stops it, closes its breaker, and starts it at its next use; nothing for one that is off. */
  restart(name: string): Promise<void>
}

/** Signing in at servers that want OAuth, by a person with a browser. */
export interface UpstreamSignIn {
  /**
   * Begins a sign-in at the server; resolves with the address that the person opens. Good for 10 minutes.
   * @throws HearthError `caller_not_found`, `caller_unsupported_feature` (it has no url, or nobody signs in there),
   * `tool_unavailable`.
   */
  authorize(server: string, signal: AbortSignal): Promise<string>
  /**
   * Ends it with what came back to the redirect address; `iss` as it came. Resolves with the name of the server, whose next
   * use is signed in.
   * @throws HearthError `caller_invalid_request` (unknown, used or too old), `tool_unavailable` (refused).
   */
  finishAuthorization(answer: { readonly state: string; readonly code: string; readonly iss?: string }): Promise<string>
}
