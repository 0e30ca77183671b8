import type {
  CallToolResult,
  ReadResourceResult,
  Resource,
  ResourceTemplateType,
  Tool,
} from '@modelcontextprotocol/server'
import type { Principal, Scope } from '../../common/contracts/principal.ts'
import type { Audience } from '../aggregator/aggregator.ts'

/** Who calls one of our own tools, and what it may use of the house. */
export interface OwnCall {
  readonly principal: Principal
  readonly audience: Audience
  readonly signal: AbortSignal
}

/** A tool of the house itself: its name begins with `hearth_`. */
export interface OwnTool {
  readonly definition: Tool
  /** Listed and callable for who has one of these; empty: everybody who is signed in. */
  readonly anyOf: readonly Scope[]
  /** Arguments are checked against the schema before. A refusal that a model can mend is an answer with `isError`. */
  call(args: Readonly<Record<string, unknown>>, call: OwnCall): Promise<CallToolResult>
}

/** Resources of the house itself: `hearth://…`, with the same rights as REST. */
export interface OwnResources {
  /** Bounded; newest or by name. */
  list(principal: Principal): Promise<readonly Resource[]>
  readonly templates: readonly ResourceTemplateType[]
  /** Undefined: there is none, or not for this principal. */
  read(uri: string, principal: Principal, signal: AbortSignal): Promise<ReadResourceResult | undefined>
  /** Values for a variable of a template, best first, at most 100. */
  complete(template: string, variable: string, value: string, principal: Principal): Promise<readonly string[]>
  /** Tells of changes to resources that the principal may read; `list` is told when the set of them changed. */
  watch(tell: OwnResourceNews): Disposable
}

export interface OwnResourceNews {
  updated(uri: string, mayRead: (principal: Principal) => boolean): void
  /** `concerns`: whose list it is that changed. */
  list(concerns: (principal: Principal) => boolean): void
}
