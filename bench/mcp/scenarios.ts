export const mcpScenarioNames = ['calls', 'list', 'listeners', 'memory-http', 'memory-stdio', 'tokens'] as const
export type McpScenarioName = (typeof mcpScenarioNames)[number]

/** How much a run asks for. */
export interface McpSize {
  readonly rounds: number
  /** Servers that are called. */
  readonly callServers: number
  readonly inFlight: number
  readonly warmUpCalls: number
  readonly callSeconds: number
  /** Servers whose tools are listed. */
  readonly listServers: number
  readonly warmUpLists: number
  readonly lists: number
  readonly listeners: number
  readonly changes: number
  /** Idle servers whose memory is taken: by HTTP, by standard streams. */
  readonly idleHttp: number
  readonly idleStdio: number
  /** Servers that come and go while tokens stream, and in what time. */
  readonly flapping: number
  readonly flapMs: number
  readonly streams: number
  readonly tokensUnpaced: number
  readonly warmUpAnswers: number
}

export const fullMcpSize: McpSize = {
  rounds: 3,
  callServers: 5,
  inFlight: 16,
  warmUpCalls: 5000,
  callSeconds: 10,
  listServers: 100,
  warmUpLists: 200,
  lists: 300,
  listeners: 500,
  changes: 6,
  idleHttp: 100,
  idleStdio: 30,
  flapping: 300,
  flapMs: 10_000,
  streams: 64,
  // More than a round of the flapping takes.
  tokensUnpaced: 30_000,
  warmUpAnswers: 2000,
}

/** To see in two minutes that everything runs; its figures mean nothing. */
export const quickMcpSize: McpSize = {
  rounds: 1,
  callServers: 5,
  inFlight: 16,
  warmUpCalls: 300,
  callSeconds: 2,
  listServers: 100,
  warmUpLists: 5,
  lists: 30,
  listeners: 100,
  changes: 2,
  idleHttp: 20,
  idleStdio: 4,
  flapping: 60,
  flapMs: 10_000,
  streams: 16,
  tokensUnpaced: 1000,
  warmUpAnswers: 50,
}

/** Of each server of the bench. */
export const toolsPerServer = 5
