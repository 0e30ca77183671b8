import type { LoadTarget } from '../load/load-job.ts'

/** What is measured: a way from the load client to the upstream. */
export interface Subject {
  /** As `--only` takes it. */
  readonly name: string
  /** For the tables. */
  readonly title: string
  /** What a reader has to know to judge the figures: version, wire in and out, settings. */
  readonly description: string
  /** Tokens of each of the 64 answers that are not paced; fewer for those that would take minutes. */
  readonly tokensUnpaced: number
  /** Why it cannot be measured here, and what to do; undefined when it can. */
  unavailable(): string | undefined
  /** Starts it in a process of its own. The caller disposes of it. */
  start(context: SubjectContext): Promise<RunningSubject>
}

export interface SubjectContext {
  /** `http://host:port` of the fake vendor; its API is under /v1. */
  readonly upstream: string
  /** The core for the process that is measured; undefined: any. */
  readonly core: number | undefined
  readonly signal: AbortSignal
}

export interface RunningSubject extends AsyncDisposable {
  /** The process whose CPU and memory count; undefined for the direct way. */
  readonly pid: number | undefined
  readonly target: LoadTarget
}
