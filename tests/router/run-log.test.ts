import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { GenerateEvent } from '../../services/common/contracts/generate-event.ts'
import type { ResponseSnapshot, RunEvent } from '../../services/common/contracts/run-event.ts'
import { fakeFinalResponse } from '../../services/common/testing/fake-router.ts'
import { foldRunEvents } from '../../services/common/testing/fold-run-events.ts'
import { type AnswerState, describeItem, emptyAnswer, type RunEventDraft } from '../../services/router/answer-state.ts'
import { RunLog, type RunLogLimits } from '../../services/router/run-log.ts'
import { type AnswerStep, closeAnswer, stepAnswer } from '../../services/router/step-answer.ts'
import { never } from '../support/run-fixtures.ts'

/** A run without its model: an answer that grows, the log of it, and what the log should come to. */
class Play {
  readonly log: RunLog
  readonly whole: RunEvent[] = []
  descriptions = 0
  #answer: AnswerState = emptyAnswer('play')

  constructor(limits: RunLogLimits) {
    this.log = new RunLog(limits, () => this.#describe())
  }

  say(events: readonly GenerateEvent[]): void {
    this.#take(stepAnswer(this.#answer, events))
  }

  /** Of the open blocks. */
  get open(): ReadonlyMap<string, number> {
    return this.#answer.open
  }

  end(): void {
    this.#take(closeAnswer(this.#answer, 'completed'))
    const terminal = {
      message: { type: 'response.completed', response: fakeFinalResponse('run', 'completed') },
    } as const
    this.#record([terminal])
    this.log.end(terminal)
    this.#answer = emptyAnswer('')
  }

  #take({ state, events }: AnswerStep): void {
    this.#answer = state
    this.#record(events)
    this.log.append(events)
  }

  #record(drafts: readonly RunEventDraft[]): void {
    for (const draft of drafts) this.whole.push({ ...draft, sequenceNumber: this.whole.length })
  }

  #describe(): ResponseSnapshot {
    this.descriptions += 1
    const output = this.#answer.blocks.map(describeItem)
    return { id: 'run', status: 'in_progress', conversation: 'conv', profile: 'demo', output }
  }
}

/** Reads one batch whenever it is told to. */
class Reader {
  readonly startingAfter: number
  readonly events: RunEvent[] = []
  readonly done: Promise<void>
  #gate = Promise.withResolvers<void>()
  #isFree = false

  constructor(log: RunLog, startingAfter: number) {
    this.startingAfter = startingAfter
    this.done = this.#read(log)
  }

  pull(): void {
    this.#gate.resolve()
  }

  /** From now on as fast as it goes. */
  free(): void {
    this.#isFree = true
    this.pull()
  }

  async #read(log: RunLog): Promise<void> {
    for await (const batch of log.read(this.startingAfter, never)) {
      this.events.push(...batch)
      if (this.#isFree) continue
      await this.#gate.promise
      this.#gate = Promise.withResolvers()
    }
  }
}

type Move =
  | { readonly do: 'say'; readonly words: readonly Word[] }
  | { readonly do: 'attach'; readonly back: number }
  | { readonly do: 'pull'; readonly reader: number }
  | { readonly do: 'breathe' }

type Word = {
  readonly block: 'text' | 'reasoning' | 'refusal' | 'tool-call'
  readonly text: string
  readonly ends: boolean
}

const word: fc.Arbitrary<Word> = fc.record({
  block: fc.constantFrom('text', 'reasoning', 'refusal', 'tool-call'),
  text: fc.string({ maxLength: 6, unit: 'grapheme' }),
  ends: fc.nat(5).map((chance) => chance === 0),
})

const move: fc.Arbitrary<Move> = fc.oneof(
  { weight: 5, arbitrary: fc.record({ do: fc.constant('say' as const), words: fc.array(word, { maxLength: 4 }) }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('attach' as const), back: fc.nat(40) }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('pull' as const), reader: fc.nat(5) }) },
  { weight: 2, arbitrary: fc.constant<Move>({ do: 'breathe' }) },
)

const limits = fc.record({
  events: fc.integer({ min: 1, max: 60 }),
  bytes: fc.nat(8000),
  batch: fc.integer({ min: 1, max: 8 }),
})

/** The word as its block takes it: the first opens the block. */
function speak(open: Set<string>, { block: id, text, ends }: Word): GenerateEvent {
  if (!open.has(id)) {
    open.add(id)
    return id === 'tool-call'
      ? { type: 'tool-call-start', id, callId: 'call', name: text }
      : { type: `${id}-start`, id }
  }
  if (ends) open.delete(id)
  if (id === 'tool-call') return ends ? { type: 'tool-call-end', id } : { type: 'tool-call-delta', id, arguments: text }
  return ends ? { type: `${id}-end`, id } : { type: `${id}-delta`, id, text }
}

const breathe = () => new Promise((resolve) => setImmediate(resolve))

async function perform(play: Play, readers: Reader[], next: Move): Promise<void> {
  switch (next.do) {
    case 'say': {
      const open = new Set(play.open.keys())
      play.say(next.words.map((each) => speak(open, each)))
      return
    }
    case 'attach':
      readers.push(new Reader(play.log, Math.max(-1, play.log.lastNumber - next.back)))
      return
    case 'pull':
      readers[next.reader]?.pull()
      return
    case 'breathe':
      await breathe()
  }
}

const isSnapshot = ({ message }: RunEvent): boolean => message.type === 'response.snapshot'

/** At every point of its reading, a reader holds what the whole came to at that number. */
function checkReader({ startingAfter, events }: Reader, whole: readonly RunEvent[]): void {
  let last = startingAfter
  for (const [index, event] of events.entries()) {
    if (isSnapshot(event)) expect(event.sequenceNumber).toBeGreaterThan(last)
    else expect(event).toEqual(whole[last + 1])
    last = event.sequenceNumber
    if (!isSnapshot(event) && index < events.length - 1) continue
    const held = foldRunEvents([...whole.slice(0, startingAfter + 1), ...events.slice(0, index + 1)])
    expect(held).toEqual(foldRunEvents(whole.slice(0, last + 1)))
  }
  expect(last).toBe(whole.length - 1)
  const ends = events.filter(({ message }) => message.type === 'response.completed')
  expect(ends).toHaveLength(startingAfter === whole.length - 1 ? 0 : 1)
}

async function playOut(bounds: RunLogLimits, moves: readonly Move[]): Promise<void> {
  const play = new Play(bounds)
  const readers = [new Reader(play.log, -1)]
  for (const next of moves) await perform(play, readers, next)
  play.end()
  const late = play.whole.map((_, index) => new Reader(play.log, index - 1))
  for (const reader of [...readers, ...late]) reader.free()
  await Promise.all([...readers, ...late].map(({ done }) => done))
  for (const reader of [...readers, ...late]) checkReader(reader, play.whole)
  const snapshots = late.flatMap(({ events }) => events).filter(isSnapshot)
  expect(new Set(snapshots.map(({ sequenceNumber }) => sequenceNumber)).size).toBeLessThanOrEqual(1)
}

describe('a run log', () => {
  test('in any order of saying, trimming and reading, every reader comes to the same answer', async () => {
    const seed = Date.now() & 0x7fffffff
    console.info(`seed ${seed}`)
    const property = fc.asyncProperty(limits, fc.array(move, { maxLength: 60 }), playOut)
    await fc.assert(property, { seed, numRuns: 400 })
  }, 60_000)

  test('that is whole at its end never asks for the answer again; one that is not asks once and weighs it', async () => {
    const text = 'x'.repeat(10_000)
    const tell = (events: number) => {
      const play = new Play({ events, bytes: 1_000_000, batch: 512 })
      play.say([
        { type: 'text-start', id: 't' },
        { type: 'text-delta', id: 't', text },
      ])
      play.end()
      return play
    }
    const whole = tell(100)
    const first = new Reader(whole.log, -1)
    first.free()
    await first.done
    expect(first.events).toEqual(whole.whole)
    expect(whole.descriptions).toBe(0)

    const trimmed = tell(1)
    for (let times = 0; times < 3; times += 1) {
      const reader = new Reader(trimmed.log, -1)
      reader.free()
      await reader.done
      expect(foldRunEvents(reader.events)).toEqual(foldRunEvents(trimmed.whole))
    }
    expect(trimmed.descriptions).toBe(1)
    expect(trimmed.log.bytes).toBeGreaterThan(text.length)
  })
})
