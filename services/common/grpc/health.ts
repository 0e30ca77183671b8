import { ServerError, type ServiceImplementation, Status } from 'nice-grpc'
import {
  type HealthCheckResponse,
  type HealthDefinition,
  HealthCheckResponse_ServingStatus as ServingStatus,
} from '../../../proto/gen/grpc/health/v1/health.ts'

/** grpc.health.v1: SERVING until `stop`. The empty name stands for the whole process. */
export class Health {
  readonly #services: readonly string[]
  readonly #stopped = Promise.withResolvers<void>()
  #isServing = true

  constructor(services: readonly string[]) {
    this.#services = ['', ...services]
  }

  /** Watchers are told and their streams end. */
  stop(): void {
    this.#isServing = false
    this.#stopped.resolve()
  }

  implementation(): ServiceImplementation<typeof HealthDefinition> {
    const statusOf = (service: string) => this.#statusOf(service)
    const stopped = this.#stopped.promise
    return {
      check: async ({ service }) => {
        if (!this.#services.includes(service)) throw new ServerError(Status.NOT_FOUND, `No service "${service}" here.`)
        return statusOf(service)
      },
      async *watch({ service }, { signal }) {
        yield statusOf(service)
        await Promise.race([stopped, aborted(signal)])
        if (!signal.aborted) yield statusOf(service)
      },
    }
  }

  #statusOf(service: string): HealthCheckResponse {
    if (!this.#services.includes(service)) return { status: ServingStatus.SERVICE_UNKNOWN }
    return { status: this.#isServing ? ServingStatus.SERVING : ServingStatus.NOT_SERVING }
  }
}

const aborted = (signal: AbortSignal): Promise<void> =>
  new Promise((resolve) => {
    if (signal.aborted) resolve()
    else signal.addEventListener('abort', () => resolve(), { once: true })
  })
