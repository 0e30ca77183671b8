import { Counter, Gauge, Histogram, type Registry } from 'prom-client'
import type { UpstreamStatus } from '../upstream.ts'

const outcomes = ['answered', 'input_required', 'failed', 'unavailable', 'timed_out', 'cancelled', 'refused'] as const

export type CallOutcome = (typeof outcomes)[number]

const secondsBuckets = [0.005, 0.02, 0.1, 0.5, 2, 10, 60]

/** What is counted of upstreams, by the name of the server; times are seconds. */
export class UpstreamMetrics {
  readonly #calls: Counter<'server' | 'outcome'>
  readonly #seconds: Histogram<'server'>
  readonly #restarts: Counter<'server'>
  readonly #starts: Histogram<'server'>
  readonly #mismatches: Counter<'server'>

  constructor(registry: Registry, statuses: () => readonly UpstreamStatus[]) {
    const registers = [registry]
    this.#calls = new Counter({
      name: 'hearth_mcp_upstream_calls_total',
      help: 'Requests to MCP servers that ended',
      labelNames: ['server', 'outcome'],
      registers,
    })
    this.#seconds = new Histogram({
      name: 'hearth_mcp_upstream_call_seconds',
      help: 'From the request to the answer of an MCP server, waiting included',
      labelNames: ['server'],
      buckets: secondsBuckets,
      registers,
    })
    this.#restarts = new Counter({
      name: 'hearth_mcp_upstream_restarts_total',
      help: 'Starts of an MCP server after it had ended or failed unasked',
      labelNames: ['server'],
      registers,
    })
    this.#starts = new Histogram({
      name: 'hearth_mcp_upstream_start_seconds',
      help: 'From the need of an MCP server to its being ready',
      labelNames: ['server'],
      buckets: secondsBuckets,
      registers,
    })
    this.#mismatches = new Counter({
      name: 'hearth_mcp_upstream_output_mismatches_total',
      help: 'Answers of tools that do not keep to their own output schema',
      labelNames: ['server'],
      registers,
    })
    gauges(registers, statuses)
  }

  called(server: string, outcome: CallOutcome, seconds: number): void {
    this.#calls.inc({ server, outcome })
    this.#seconds.observe({ server }, seconds)
  }

  restarted(server: string): void {
    this.#restarts.inc({ server })
  }

  started(server: string, seconds: number): void {
    this.#starts.observe({ server }, seconds)
  }

  /** The server is gone for good. */
  forget(server: string): void {
    for (const outcome of outcomes) this.#calls.remove({ server, outcome })
    for (const metric of [this.#seconds, this.#restarts, this.#starts, this.#mismatches]) metric.remove({ server })
  }

  mismatched(server: string): void {
    this.#mismatches.inc({ server })
  }
}

/** Read when they are scraped. */
function gauges(registers: Registry[], statuses: () => readonly UpstreamStatus[]): void {
  new Gauge({
    name: 'hearth_mcp_upstream_state',
    help: '1 for the state an MCP server is in',
    labelNames: ['server', 'state'],
    registers,
    collect() {
      this.reset()
      for (const { name, state } of statuses()) this.set({ server: name, state }, 1)
    },
  })
  new Gauge({
    name: 'hearth_mcp_upstream_calls_active',
    help: 'Requests to an MCP server that are under way or wait',
    labelNames: ['server'],
    registers,
    collect() {
      this.reset()
      for (const { name, callsInFlight } of statuses()) if (callsInFlight > 0) this.set({ server: name }, callsInFlight)
    },
  })
  new Gauge({
    name: 'hearth_mcp_upstream_memory_bytes',
    help: 'Resident memory of the process of an MCP server',
    labelNames: ['server'],
    registers,
    collect() {
      this.reset()
      for (const { name, memoryBytes } of statuses())
        if (memoryBytes !== undefined) this.set({ server: name }, memoryBytes)
    },
  })
}
