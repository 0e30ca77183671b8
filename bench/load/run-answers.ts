import { setTimeout as sleep } from 'node:timers/promises'
import { spreadOf } from '../measure/percentile.ts'
import type { AnswerClient } from './answer-client.ts'
import { openHearthClient } from './hearth-client.ts'
import { createHttpClient } from './http-client.ts'
import type { AnswersJob, AnswersReport, LoadTarget } from './load-job.ts'
import { Tally } from './tally.ts'

const keptReasons = 5
/** The server holds at most 64 sockets of an address that have not said hello. */
const openAtOnce = 32

/** Asks for all answers of a job and counts what comes. Rejects when the connections cannot be opened. */
export async function runAnswers(job: AnswersJob, clock: () => number): Promise<AnswersReport> {
  const clients = await openClients(job.target, job.parallel, clock)
  try {
    return await askAll(job, clients, clock)
  } finally {
    for (const client of clients) client.close()
  }
}

async function openClients(target: LoadTarget, count: number, clock: () => number): Promise<readonly AnswerClient[]> {
  if (target.type === 'http') return Array.from({ length: count }, () => createHttpClient(target, clock))
  return inGroups(count, openAtOnce, () => openHearthClient(target, clock))
}

/** `count` results of `open`, at most `size` of which are awaited at a time. */
export async function inGroups<Item>(count: number, size: number, open: () => Promise<Item>): Promise<readonly Item[]> {
  const items: Item[] = []
  while (items.length < count) {
    const group = Array.from({ length: Math.min(size, count - items.length) }, open)
    items.push(...(await Promise.all(group)))
  }
  return items
}

interface Outcome {
  started: number
  finished: number
  failed: number
  unfinished: number
  readonly reasons: string[]
}

async function askAll(job: AnswersJob, clients: readonly AnswerClient[], clock: () => number): Promise<AnswersReport> {
  const tally = new Tally()
  const outcome: Outcome = { started: 0, finished: 0, failed: 0, unfinished: 0, reasons: [] }
  const limit = AbortSignal.timeout(job.limitMs)
  const startedUs = clock()
  const workers = clients.map(async (client, place) => {
    if (job.rampMs > 0) await sleep((place * job.rampMs) / clients.length)
    while (outcome.started < job.answers && !limit.aborted) {
      outcome.started += 1
      await askOne(job, client, tally, outcome, limit, clock)
    }
  })
  await Promise.all(workers)
  const { firstTokenMs, gapMs, oneWayMs } = tally.timings
  return {
    type: 'answers',
    counts: tally.counts,
    finished: outcome.finished,
    failed: outcome.failed,
    unfinished: outcome.unfinished + job.answers - outcome.started,
    reasons: outcome.reasons,
    elapsedMs: Math.max(0, tally.lastTokenUs - startedUs) / 1e3,
    firstTokenMs: spreadOf(firstTokenMs),
    gapMs: spreadOf(gapMs),
    oneWayMs: spreadOf(oneWayMs),
  }
}

async function askOne(
  { tokens, perSecond }: AnswersJob,
  client: AnswerClient,
  tally: Tally,
  outcome: Outcome,
  limit: AbortSignal,
  clock: () => number,
): Promise<void> {
  const answer = tally.openAnswer(tokens, clock())
  try {
    await client.ask({ tokens, perSecond }, answer.onToken, limit)
    answer.end()
    outcome.finished += 1
  } catch (error) {
    if (limit.aborted) {
      outcome.unfinished += 1
      return
    }
    outcome.failed += 1
    if (outcome.reasons.length < keptReasons)
      outcome.reasons.push(error instanceof Error ? error.message : String(error))
  }
}
