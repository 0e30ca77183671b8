import type { Prompt, Tool } from '@modelcontextprotocol/server'

/** What a simulated tool does when it is called. */
export type Deed =
  /** Answers at once with its upstream's name, its own and its arguments, as JSON. */
  | { readonly kind: 'echo' }
  | { readonly kind: 'wait'; readonly ms: number }
  /** Never answers. */
  | { readonly kind: 'hang' }
  /** The end of everything: the socket, or the process of a stdio upstream. */
  | { readonly kind: 'cut' }
  | { readonly kind: 'flood'; readonly bytes: number }
  /** Answers with the headers it was called with, as a server that steals tokens would. */
  | { readonly kind: 'headers' }
  /** Asks a person in the middle: MRTR of the modern revision, a request of its own before. */
  | { readonly kind: 'ask'; readonly question: string }
  | { readonly kind: 'progress'; readonly steps: number }
  | { readonly kind: 'log'; readonly message: string }
  | { readonly kind: 'fail'; readonly message: string }
  /** Answers with exactly this, however wrong. */
  | { readonly kind: 'answer'; readonly result: Readonly<Record<string, unknown>> }

export interface FakeTool {
  readonly definition: Tool
  readonly does: Deed
}

export interface FakeResource {
  readonly uri: string
  readonly text: string
}

export type Health =
  | { readonly kind: 'up' }
  /** Every connection is reset. */
  | { readonly kind: 'dead' }
  /** Takes requests and never answers. */
  | { readonly kind: 'silent' }
  /** Sends every request elsewhere (307), such as to an address that must not be reached. */
  | { readonly kind: 'redirect'; readonly to: string }
  /** Answers everything with this status, such as 401, 404 or 503. */
  | { readonly kind: 'status'; readonly status: number }

/** How one simulated upstream behaves; may change at any time. */
export interface UpstreamScript {
  /** `both`: as the caller opens. Through stdio too. */
  readonly era: 'modern' | 'legacy' | 'both'
  readonly health: Health
  /** Before every answer. */
  readonly delayMs: number
  readonly tools: readonly FakeTool[]
  readonly prompts: readonly Prompt[]
  readonly resources: readonly FakeResource[]
  readonly instructions: string | undefined
  /** Tools in a page of `tools/list`; 0: all in one. */
  readonly pageSize: number
  /** Tells so often that its tools changed, though nothing did; 0: never. */
  readonly changesPerSecond: number
}

const plainScript: UpstreamScript = {
  era: 'modern',
  health: { kind: 'up' },
  delayMs: 0,
  tools: [],
  prompts: [],
  resources: [],
  instructions: undefined,
  pageSize: 0,
  changesPerSecond: 0,
}

export const scriptOf = (script: Partial<UpstreamScript>): UpstreamScript => ({ ...plainScript, ...script })

/** A tool with one text argument, `text`. */
export const fakeTool = (name: string, does: Deed = { kind: 'echo' }, definition: Partial<Tool> = {}): FakeTool => ({
  definition: {
    name,
    description: `Does ${does.kind}.`,
    inputSchema: { type: 'object', properties: { text: { type: 'string', description: 'What to say' } } },
    ...definition,
  },
  does,
})
