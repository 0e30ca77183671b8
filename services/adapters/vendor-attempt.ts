import type { GenerateEvent } from '../common/contracts/generate-event.ts'
import type { GenerateRequest } from '../common/contracts/generate-request.ts'
import type { HearthError } from '../common/errors/hearth-error.ts'
import { type Beginning, handedOver } from '../common/streams/handed-over.ts'
import { startAttemptTimers } from './attempt-timers.ts'
import type { HttpTransport } from './http-transport.ts'
import type { Batches, StreamReading } from './vendor-stream.ts'

/** One attempt at a vendor over HTTP. */
export interface VendorAttempt {
  readonly request: Pick<GenerateRequest, 'timeouts'>
  readonly signal: AbortSignal
  readonly transport: HttpTransport
  /** Asks the vendor, and returns how its answer is read, with what it was given. */
  readonly begin: (reading: StreamReading) => Beginning<readonly GenerateEvent[]>
  readonly mapError: (error: unknown) => HearthError
  /** Told once, when it failed. */
  readonly note: (failure: HearthError) => void
}

/** Its batches. The timers run from the first time it is asked for one to its end; what is thrown is what a timer says first. */
export const vendorAttempt = (attempt: VendorAttempt): Batches => handedOver(beginAttempt(attempt))

async function* beginAttempt({
  request,
  signal,
  transport,
  begin,
  mapError,
  note,
}: VendorAttempt): Beginning<readonly GenerateEvent[]> {
  const timers = startAttemptTimers(request.timeouts, signal)
  const onEnd = (failure: HearthError | undefined): void => {
    timers.dispose()
    if (failure !== undefined) note(failure)
  }
  let isRead = false
  try {
    timers.signal.throwIfAborted()
    const rest = yield* begin({ transport, timers, mapError, onEnd })
    isRead = rest !== undefined
    return rest
  } catch (error) {
    const failure = timers.failure() ?? mapError(error)
    note(failure)
    throw failure
  } finally {
    if (!isRead) timers.dispose()
  }
}
