import type { McpTarget } from './connection.ts'

/** What the load process is told, as JSON; it does one job and ends. */
export type McpJob = CallsJob | ListJob | ListenersJob | AwaitJob

/** All of the bench's tools that the targets list are called in turn. */
export interface CallsJob {
  readonly type: 'calls'
  readonly targets: readonly McpTarget[]
  /** Tools that have to be listed before anything begins, over all targets. */
  readonly tools: number
  readonly inFlight: number
  readonly warmUpCalls: number
  readonly seconds: number
}

/** Lists, one after another. */
export interface ListJob {
  readonly type: 'list'
  readonly target: McpTarget
  readonly tools: number
  readonly warmUps: number
  readonly lists: number
}

/** Clients of each target in turn wait for news; then one server is turned off or on, again and again. */
export interface ListenersJob {
  readonly type: 'listeners'
  readonly targets: readonly McpTarget[]
  readonly tools: number
  readonly listeners: number
  readonly changes: number
  /** The server of Hearth's API that is turned. */
  readonly server: string
  readonly token: string
}

/** Ends when all tools are listed. */
export interface AwaitJob {
  readonly type: 'await'
  readonly target: McpTarget
  readonly tools: number
}

/** Times in ms. What makes no sense in a job is not there. */
export interface McpReport {
  readonly callsPerSecond?: number
  readonly calls?: number
  readonly failed?: number
  readonly p50?: number
  readonly p99?: number
  readonly tools?: number
  /** Bytes of one list. */
  readonly bytes?: number
  /** The fewest listeners that one change reached. */
  readonly told?: number
  /** From the acknowledgement of a change until the last listener knew; the worst of all changes. */
  readonly toldMs?: number
  /** The same from the sending of the change. */
  readonly toldSinceAskedMs?: number
}

/** What the load process prints, each on a line of its own. */
export const measuringLine = 'measuring'
export const reportLine = 'report '
