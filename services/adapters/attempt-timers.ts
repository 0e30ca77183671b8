import type { AttemptTimeouts } from '../common/contracts/generate-request.ts'
import { HearthError } from '../common/errors/hearth-error.ts'

/** What moves the clocks of an attempt. `pause` and `resume` bracket the time in which nobody reads from the vendor. */
export type AttemptEvent = 'headers' | 'bytes' | 'content' | 'progress' | 'pause' | 'resume'

export type TimeoutCode =
  | 'provider_timeout_headers'
  | 'provider_timeout_first_token'
  | 'provider_timeout_idle'
  | 'provider_timeout_total'

/** Where an attempt stands. Times are milliseconds of one monotonic clock. */
export interface AttemptClocks {
  readonly waitingFor: 'headers' | 'first_token' | 'next_read'
  readonly startedAtMs: number
  /** Start of the headers and first-token clocks: the attempt's start, or the last progress the vendor reported. */
  readonly anchorAtMs: number
  /** Start of the idle clock: the last read of the body. */
  readonly lastReadAtMs: number
  readonly pausedAtMs: number | undefined
}

export interface AttemptDeadline {
  readonly atMs: number
  readonly code: TimeoutCode
}

export const beginAttempt = (nowMs: number): AttemptClocks => ({
  waitingFor: 'headers',
  startedAtMs: nowMs,
  anchorAtMs: nowMs,
  lastReadAtMs: nowMs,
  pausedAtMs: undefined,
})

/** Pure step of the clocks. Out-of-order events never bring an earlier phase back. */
export function advanceAttempt(clocks: AttemptClocks, event: AttemptEvent, nowMs: number): AttemptClocks {
  switch (event) {
    case 'headers':
      return clocks.waitingFor === 'headers' ? { ...clocks, waitingFor: 'first_token' } : clocks
    case 'bytes':
      return { ...clocks, lastReadAtMs: nowMs }
    case 'content':
      return clocks.waitingFor === 'next_read' ? clocks : { ...clocks, waitingFor: 'next_read', lastReadAtMs: nowMs }
    case 'progress':
      return { ...clocks, anchorAtMs: nowMs, lastReadAtMs: nowMs }
    case 'pause':
      return clocks.pausedAtMs === undefined ? { ...clocks, pausedAtMs: nowMs } : clocks
    case 'resume':
      return clocks.pausedAtMs === undefined ? clocks : shift(clocks, nowMs - clocks.pausedAtMs)
  }
}

const shift = (clocks: AttemptClocks, byMs: number): AttemptClocks => ({
  ...clocks,
  anchorAtMs: clocks.anchorAtMs + byMs,
  lastReadAtMs: clocks.lastReadAtMs + byMs,
  pausedAtMs: undefined,
})

/** The one deadline that comes first. The total runs always; the others stand still while paused. */
export function nextDeadline(clocks: AttemptClocks, timeouts: AttemptTimeouts): AttemptDeadline {
  const total: AttemptDeadline = { atMs: clocks.startedAtMs + timeouts.totalMs, code: 'provider_timeout_total' }
  if (clocks.pausedAtMs !== undefined) return total
  const phase = phaseDeadline(clocks, timeouts)
  return phase.atMs <= total.atMs ? phase : total
}

function phaseDeadline(clocks: AttemptClocks, timeouts: AttemptTimeouts): AttemptDeadline {
  const firstTokenAtMs = clocks.anchorAtMs + timeouts.firstTokenMs
  switch (clocks.waitingFor) {
    case 'headers':
      return timeouts.headersMs <= timeouts.firstTokenMs
        ? { atMs: clocks.anchorAtMs + timeouts.headersMs, code: 'provider_timeout_headers' }
        : { atMs: firstTokenAtMs, code: 'provider_timeout_first_token' }
    case 'first_token':
      return { atMs: firstTokenAtMs, code: 'provider_timeout_first_token' }
    case 'next_read':
      return { atMs: clocks.lastReadAtMs + timeouts.idleMs, code: 'provider_timeout_idle' }
  }
}

const setting = {
  provider_timeout_headers: ['No response headers came', 'headersMs', 'headers_ms'],
  provider_timeout_first_token: ['No content came', 'firstTokenMs', 'first_token_ms'],
  provider_timeout_idle: ['No byte of the stream came', 'idleMs', 'idle_ms'],
  provider_timeout_total: ['The run was not done', 'totalMs', 'total_ms'],
} as const

function timeoutError(code: TimeoutCode, timeouts: AttemptTimeouts): HearthError {
  const [what, limit, key] = setting[code]
  return new HearthError(
    code,
    `${what} within ${timeouts[limit]} ms; try again, or raise timeouts.${key} of the profile.`,
  )
}

/** The four timers of one attempt. Its owner calls `dispose` on every way out. */
export interface AttemptTimers {
  /** Aborts once, with a HearthError as its reason: `provider_timeout_*`, or `caller_cancelled` when the caller aborted. */
  readonly signal: AbortSignal
  /** Why `signal` aborted. */
  failure(): HearthError | undefined
  /** The vendor answered. Ends the headers timer. */
  onHeaders(): void
  /** A read of the body returned. Restarts the idle timer. */
  onBytes(): void
  /** The first content is here. Ends the first-token timer, starts the idle timer. */
  onContent(): void
  /** The vendor reports loading or prompt progress. Restarts the headers and first-token timers. */
  onProgress(): void
  /** Nobody reads now (the consumer is busy with a batch): all but the total stand still until `resume`. */
  pause(): void
  resume(): void
  dispose(): void
}

const longestTimerMs = 2 ** 31 - 1

/**
 * Starts the clocks of an attempt: headers and first token count from now, idle from the last read after the first
 * content, total beside them all. Per read only a timestamp is stored; the one real timer re-arms itself when it fires.
 */
export function startAttemptTimers(timeouts: AttemptTimeouts, caller: AbortSignal): AttemptTimers {
  const controller = new AbortController()
  let clocks = beginAttempt(performance.now())
  let failure: HearthError | undefined
  let timer: NodeJS.Timeout | undefined
  let armedForMs = Number.POSITIVE_INFINITY

  const dispose = () => {
    clearTimeout(timer)
    armedForMs = Number.NEGATIVE_INFINITY
    caller.removeEventListener('abort', onCallerAbort)
  }
  const fail = (error: HearthError) => {
    dispose()
    failure = error
    controller.abort(error)
  }
  const onCallerAbort = () => fail(new HearthError('caller_cancelled', 'The request was cancelled.'))
  const onTimer = () => {
    armedForMs = Number.POSITIVE_INFINITY
    const deadline = nextDeadline(clocks, timeouts)
    if (performance.now() >= deadline.atMs) fail(timeoutError(deadline.code, timeouts))
    else arm()
  }
  const arm = () => {
    const { atMs } = nextDeadline(clocks, timeouts)
    if (atMs >= armedForMs) return
    clearTimeout(timer)
    armedForMs = atMs
    timer = setTimeout(onTimer, Math.min(Math.max(Math.ceil(atMs - performance.now()), 0), longestTimerMs))
  }
  const on = (event: AttemptEvent) => {
    const next = advanceAttempt(clocks, event, performance.now())
    if (next === clocks) return
    clocks = next
    arm()
  }

  if (caller.aborted) onCallerAbort()
  else {
    caller.addEventListener('abort', onCallerAbort, { once: true })
    arm()
  }
  return {
    signal: controller.signal,
    failure: () => failure,
    onHeaders: () => on('headers'),
    onBytes: () => on('bytes'),
    onContent: () => on('content'),
    onProgress: () => on('progress'),
    pause: () => on('pause'),
    resume: () => on('resume'),
    dispose,
  }
}
