import { Counter, Gauge, Histogram, Registry } from 'prom-client'
import type { Usage } from '../common/contracts/generate-event.ts'
import type { AttemptRecord, RunStatus } from '../common/contracts/run-event.ts'

/** Advised by OpenTelemetry's GenAI conventions (read 2026-11): 0.01 s doubling to 81.92 s. */
const secondsBuckets = Array.from({ length: 14 }, (_, index) => 0.01 * 2 ** index)
const tokenBuckets = Array.from({ length: 14 }, (_, index) => 4 ** index)

/** What the router counts. `gen_ai_*` are the OpenTelemetry GenAI names in Prometheus form; times are seconds. */
export class RouterMetrics {
  readonly #runs: Counter<'profile' | 'status'>
  readonly #active: Gauge
  readonly #lost: Counter
  readonly #duration: Histogram<'profile' | 'status'>
  readonly #firstToken: Histogram<'profile'>
  readonly #operation: Histogram
  readonly #firstChunk: Histogram
  readonly #tokens: Histogram

  constructor(registry: Registry = new Registry()) {
    const registers = [registry]
    const of = (name: string, help: string, labelNames: readonly string[]) => ({
      name,
      help,
      labelNames: [...labelNames],
      registers,
      buckets: secondsBuckets,
    })
    const genAi = ['gen_ai_operation_name', 'gen_ai_provider_name', 'gen_ai_request_model']
    this.#runs = new Counter({
      name: 'hearth_runs_total',
      help: 'Runs that ended',
      labelNames: ['profile', 'status'],
      registers,
    })
    this.#active = new Gauge({ name: 'hearth_runs_active', help: 'Runs admitted and not ended', registers })
    this.#lost = new Counter({
      name: 'hearth_answers_lost_total',
      help: 'Answers that history did not take',
      registers,
    })
    this.#duration = new Histogram({
      name: 'hearth_run_duration_seconds',
      help: 'From admission to the terminal event',
      labelNames: ['profile', 'status'],
      registers,
      buckets: secondsBuckets,
    })
    this.#firstToken = new Histogram({
      name: 'hearth_time_to_first_token_seconds',
      help: 'From admission to the first content',
      labelNames: ['profile'],
      registers,
      buckets: secondsBuckets,
    })
    this.#operation = new Histogram(
      of('gen_ai_client_operation_duration_seconds', 'One attempt', [...genAi, 'error_type']),
    )
    this.#firstChunk = new Histogram(
      of('gen_ai_client_operation_time_to_first_chunk_seconds', 'First content of an attempt', genAi),
    )
    this.#tokens = new Histogram({
      ...of('gen_ai_client_token_usage', 'Tokens of a run', [...genAi, 'gen_ai_token_type']),
      buckets: tokenBuckets,
    })
  }

  runStarted(): void {
    this.#active.inc()
  }

  runEnded(run: {
    readonly profile: string
    readonly status: RunStatus
    readonly ms: number
    readonly isStored: boolean
  }): void {
    const labels = { profile: run.profile, status: run.status }
    this.#active.dec()
    if (!run.isStored) this.#lost.inc()
    this.#runs.inc(labels)
    this.#duration.observe(labels, run.ms / 1000)
  }

  /** Its question was not stored: to its caller it never was. */
  runAbandoned(): void {
    this.#active.dec()
  }

  firstContent(profile: string, ms: number): void {
    this.#firstToken.observe({ profile }, ms / 1000)
  }

  attemptEnded(record: AttemptRecord, operation: 'chat' | 'generate_content'): void {
    const labels = attemptLabels(record, operation)
    const error = record.error_code === undefined ? {} : { error_type: record.error_code }
    this.#operation.observe({ ...labels, ...error }, record.duration_ms / 1000)
    if (record.first_token_ms !== undefined) this.#firstChunk.observe(labels, record.first_token_ms / 1000)
  }

  tokensUsed(record: AttemptRecord, usage: Usage): void {
    const labels = attemptLabels(record, 'chat')
    this.#tokens.observe({ ...labels, gen_ai_token_type: 'input' }, usage.inputTokens)
    this.#tokens.observe({ ...labels, gen_ai_token_type: 'output' }, usage.outputTokens)
  }
}

const attemptLabels = ({ provider, model }: AttemptRecord, operation: string) => ({
  gen_ai_operation_name: operation,
  gen_ai_provider_name: provider,
  gen_ai_request_model: model,
})
