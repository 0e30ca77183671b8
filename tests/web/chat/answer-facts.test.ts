import { describe, expect, it } from 'vitest'
import { announcementKey } from '../../../clients/web/src/views/chat/announcement.ts'
import { answerFacts } from '../../../clients/web/src/views/chat/answer-facts.ts'
import type { AttemptRecord } from '../../../services/common/contracts/run-event.ts'

const attempt = (part: Partial<AttemptRecord>): AttemptRecord => ({
  attempt: 1,
  provider: 'local',
  connection: 'box',
  model: 'small',
  outcome: 'completed',
  duration_ms: 1100,
  first_token_ms: 100,
  ...part,
})
const usage = { input_tokens: 5, output_tokens: 51, total_tokens: 56 }

describe('the details of an answer', () => {
  it('are those of the attempt that answered, whatever order they come in', () => {
    const failed = attempt({ attempt: 1, outcome: 'failed', provider: 'openai' })
    const facts = answerFacts([attempt({ attempt: 2 }), failed], usage)
    expect(facts.target).toEqual({ provider: 'local', connection: 'box', model: 'small' })
    expect(facts.attempts.map(({ provider }) => provider)).toEqual(['openai', 'local'])
    expect(facts).toMatchObject({ firstTokenMs: 100, durationMs: 1100, tokensPerSecond: 50 })
  })

  it('tell no pace that was not measured', () => {
    const { first_token_ms: _, ...silent } = attempt({})
    expect(answerFacts([silent], usage).tokensPerSecond).toBeUndefined()
    expect(answerFacts([attempt({})], null).tokensPerSecond).toBeUndefined()
    expect(answerFacts([attempt({})], { ...usage, output_tokens: 1 }).tokensPerSecond).toBeUndefined()
    expect(answerFacts([attempt({ duration_ms: 110 })], usage).tokensPerSecond).toBeUndefined()
    expect(answerFacts([], null)).toMatchObject({ target: undefined, attempts: [] })
  })
})

describe('what a screen reader says', () => {
  const at = (id: string, status: 'sending' | 'in_progress' | 'completed' | 'cancelled' | 'failed') => ({ id, status })

  it('that an answer begins and how it ended', () => {
    expect(announcementKey(undefined, at('a', 'in_progress'))).toBe('chat.answerBegan')
    expect(announcementKey(at('a', 'sending'), at('a', 'in_progress'))).toBe('chat.answerBegan')
    expect(announcementKey(at('a', 'in_progress'), at('a', 'completed'))).toBe('chat.answerEnded')
    expect(announcementKey(at('a', 'in_progress'), at('a', 'cancelled'))).toBe('chat.answerStopped')
    expect(announcementKey(at('a', 'sending'), at('a', 'failed'))).toBe('chat.answerFailed')
  })

  it('nothing of an answer that was there already, or became history', () => {
    expect(announcementKey(undefined, at('a', 'completed'))).toBeUndefined()
    expect(announcementKey(at('b', 'in_progress'), at('a', 'completed'))).toBeUndefined()
    expect(announcementKey(at('a', 'completed'), at('a', 'completed'))).toBeUndefined()
    expect(announcementKey(at('a', 'in_progress'), at('a', 'in_progress'))).toBeUndefined()
    expect(announcementKey(at('a', 'in_progress'), undefined)).toBeUndefined()
  })
})
