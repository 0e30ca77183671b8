import type { Counts } from './tally.ts'

/** What the load process is told; one at a time. Plain data: it goes over an IPC channel. */
export type LoadJob = AnswersJob | { readonly type: 'idle'; readonly target: HearthTarget; readonly sockets: number }

/** Asks for `answers` answers, at most `parallel` at a time. */
export interface AnswersJob {
  readonly type: 'answers'
  readonly target: LoadTarget
  readonly answers: number
  readonly parallel: number
  readonly tokens: number
  /** Tokens per second of each answer; 0: as fast as they are taken. */
  readonly perSecond: number
  /** The first `parallel` answers are asked for evenly over this time. */
  readonly rampMs: number
  /** After this what has not ended is broken off and counted as unfinished. */
  readonly limitMs: number
}

/** Where and in which wire to ask. */
export type LoadTarget = HttpTarget | HearthTarget

export interface HttpTarget {
  readonly type: 'http'
  readonly url: string
  readonly headers: Readonly<Record<string, string>>
  readonly wire: HttpWire
  readonly model: string
}

/** Chat Completions; Anthropic Messages; the UI message stream of the AI SDK. */
export type HttpWire = 'openai' | 'anthropic' | 'ui-message'

/** Hearth's own WebSocket (`hearth.v1`). */
export interface HearthTarget {
  readonly type: 'hearth'
  /** `http://host:port` of the public listener. */
  readonly url: string
  readonly token: string
  readonly profile: string
}

export type LoadReport = AnswersReport | { readonly type: 'idle'; readonly opened: number }

export interface AnswersReport {
  readonly type: 'answers'
  readonly counts: Counts
  /** Answers that ended well, broke, or were broken off at the limit. */
  readonly finished: number
  readonly failed: number
  readonly unfinished: number
  /** The first few reasons of failed answers. */
  readonly reasons: readonly string[]
  /** From the first request to the last token. */
  readonly elapsedMs: number
  readonly firstTokenMs: Spread
  readonly gapMs: Spread
  readonly oneWayMs: Spread
}

export interface Spread {
  readonly p50: number
  readonly p99: number
}

/** What the load process sends back for each job. */
export type LoadMessage =
  | { readonly type: 'ready' }
  | { readonly type: 'report'; readonly report: LoadReport }
  | { readonly type: 'broken'; readonly reason: string }
