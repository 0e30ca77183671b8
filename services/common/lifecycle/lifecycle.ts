import { HearthError } from '../errors/hearth-error.ts'
import type { Logger } from '../telemetry/logger.ts'
import type { Part } from './part.ts'

/** Starts parts in order and stops them in reverse; a failed start stops what had started. */
export class Lifecycle {
  readonly #parts: readonly Part[]
  readonly #log: Logger
  readonly #started: Part[] = []

  constructor(parts: readonly Part[], log: Logger) {
    this.#parts = parts
    this.#log = log
  }

  async start(signal: AbortSignal): Promise<void> {
    for (const part of this.#parts) {
      signal.throwIfAborted()
      const startedAt = performance.now()
      this.#started.push(part)
      await part.start(signal)
      this.#log.debug({ part: part.name, ms: Math.round(performance.now() - startedAt) }, 'started')
    }
  }

  /** Every part gets its stop, whatever the others do; all share one deadline. */
  async stop(deadlineMs: number): Promise<void> {
    const deadline = AbortSignal.timeout(deadlineMs)
    for (const part of this.#started.splice(0).reverse()) {
      await stopOne(part, deadline, this.#log)
    }
  }
}

/** Beyond the shared deadline a part has this long to let go before it is left behind. */
const graceMs = 2000

async function stopOne(part: Part, deadline: AbortSignal, log: Logger): Promise<void> {
  const gone = Promise.withResolvers<never>()
  const giveUp = (): void => {
    timer = setTimeout(() => gone.reject(new HearthError('gateway_internal', `${part.name} did not stop`)), graceMs)
  }
  let timer: NodeJS.Timeout | undefined
  if (deadline.aborted) giveUp()
  else deadline.addEventListener('abort', giveUp, { once: true })
  try {
    await Promise.race([part.stop(deadline), gone.promise])
  } catch (error) {
    log.error({ err: error, part: part.name }, 'stop failed')
  } finally {
    clearTimeout(timer)
    deadline.removeEventListener('abort', giveUp)
  }
}
