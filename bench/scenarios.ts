import type { AnswersJob } from './load/load-job.ts'
import type { Subject } from './subjects/subject.ts'

export const scenarioNames = ['first-token', 'throughput', 'slow-streams', 'idle-sockets'] as const
export type ScenarioName = (typeof scenarioNames)[number]

/** How much a run asks for. */
export interface Size {
  readonly rounds: number
  /** Short answers before every measurement, for 15 s at most. */
  readonly warmUpAnswers: number
  /** Short answers, one after another. */
  readonly shortAnswers: number
  readonly parallel: number
  /** Upper bound of what a subject names for itself. */
  readonly tokensUnpaced: number
  readonly slowStreams: number
  readonly slowSeconds: number
  readonly idleSockets: number
}

export const fullSize: Size = {
  rounds: 3,
  warmUpAnswers: 2000,
  shortAnswers: 300,
  parallel: 64,
  tokensUnpaced: 10_000,
  slowStreams: 500,
  slowSeconds: 20,
  idleSockets: 4000,
}

/** To see in a minute or two that everything runs; its figures mean nothing. */
export const quickSize: Size = {
  rounds: 1,
  warmUpAnswers: 20,
  shortAnswers: 20,
  parallel: 16,
  tokensUnpaced: 100,
  slowStreams: 40,
  slowSeconds: 2,
  idleSockets: 200,
}

export const slowTokensPerSecond = 20

export type Job = Omit<AnswersJob, 'type' | 'target'>

/** Tokens of each answer that is not paced. */
export const tokensUnpaced = (size: Size, subject: Pick<Subject, 'tokensUnpaced'>): number =>
  Math.min(size.tokensUnpaced, subject.tokensUnpaced)

const shortTokens = 5
const limitMs = 60_000
const rampMs = 2000

/**
 * Asked for before every measurement: all code has run and is compiled (CPU per short answer falls until about the
 * 2000th), the heap has grown to its working size.
 */
export const warmUps = (size: Size, subject: Subject): readonly Job[] => {
  const { parallel } = size
  const base = { perSecond: 0, rampMs: 0, limitMs }
  return [
    { ...base, answers: size.warmUpAnswers, parallel: 1, tokens: shortTokens, limitMs: 15_000 },
    { ...base, answers: parallel, parallel, tokens: Math.min(500, tokensUnpaced(size, subject)) },
  ]
}

/** What a scenario asks of a subject. */
export function jobOf(scenario: Exclude<ScenarioName, 'idle-sockets'>, size: Size, subject: Subject): Job {
  const { shortAnswers, parallel, slowStreams, slowSeconds } = size
  switch (scenario) {
    case 'first-token':
      return { answers: shortAnswers, parallel: 1, tokens: shortTokens, perSecond: 0, rampMs: 0, limitMs }
    case 'throughput':
      return { answers: parallel, parallel, tokens: tokensUnpaced(size, subject), perSecond: 0, rampMs: 0, limitMs }
    case 'slow-streams':
      return {
        answers: slowStreams,
        parallel: slowStreams,
        tokens: slowTokensPerSecond * slowSeconds,
        perSecond: slowTokensPerSecond,
        rampMs,
        limitMs,
      }
  }
}
