import { describe, expect, it } from 'vitest'
import { createRandom } from '../../scripts/fuzz/random.ts'
import { judgeStream } from '../../scripts/fuzz/streams/judge-stream.ts'
import { mutateStream } from '../../scripts/fuzz/streams/mutate-stream.ts'
import { streamSubject } from '../../scripts/fuzz/streams/stream-subject.ts'
import { streamSubjects } from '../../scripts/fuzz/streams/stream-subjects.ts'
import type { StreamDialect } from '../../services/adapters/vendor-stream.ts'

const words = { name: 'broken', framing: 'line', terminator: /end/, valid: () => 'a\nb\nend\n' } as const

/** One frame a chunk: wrong, since what a frame is must not depend on how the bytes are cut. */
const framePerChunk: StreamDialect<string, number>['decoder'] = () => ({
  push: (chunk) => [Buffer.from(chunk).toString()],
  failure: undefined,
  end: () => [],
})

const dialect = (parts: Partial<StreamDialect<string, number>>): StreamDialect<string, number> => ({
  decoder: framePerChunk,
  begin: 0,
  step: (state) => ({ state: state + 1, events: [], outcome: { status: 'open' } }),
  isComplete: () => true,
  end: () => [{ type: 'finish', reason: 'stop' }],
  ...parts,
})

const problemsOf = async (parts: Partial<StreamDialect<string, number>>): Promise<string> => {
  const { problems } = await judgeStream(
    streamSubject(words, dialect(parts)),
    Buffer.from('a\nb\nend\n'),
    createRandom(1),
  )
  return problems.join('\n')
}

describe('the fuzzing of streams sees', () => {
  it('an answer that is complete without a terminator', async () => {
    expect(await problemsOf({})).toContain('without a terminator')
  })

  it('events that depend on how the bytes were cut', async () => {
    const text = await problemsOf({
      step: (state, [frame = '']) => ({
        state,
        events: [{ type: 'phase', phase: 'tool', progress: frame.length }],
        outcome: { status: 'open' },
      }),
    })
    expect(text).toContain('other events')
  })

  it('an error that is none of ours', async () => {
    const step = (): never => {
      throw new TypeError('x is not a function')
    }
    expect(await problemsOf({ step })).toContain('none of ours: TypeError')
  })
})

describe('the fuzzing of streams', () => {
  it.each(streamSubjects)('takes a terminator of $name for one with any blanks that JSON allows', async (subject) => {
    const spaced = subject
      .valid(createRandom(1))
      .replaceAll(/"(done|finish_reason|stop_reason|usage|b64_json)":/g, '"$1"\t: ')
    const { reading, problems } = await judgeStream(subject, Buffer.from(spaced), createRandom(1))
    expect(reading.ending.status).toBe('finished')
    expect(problems).toEqual([])
  })
})

describe('the broken streams', () => {
  it('are the same for the same seed', () => {
    const [subject] = streamSubjects
    const make = (seed: number): string => {
      const random = createRandom(seed)
      const bytes =
        subject === undefined ? Buffer.alloc(0) : mutateStream(random, subject.valid(random), subject.framing)
      return Buffer.from(bytes).toString('latin1')
    }
    expect(make(5)).toBe(make(5))
    expect(make(5)).not.toBe(make(6))
  })

  it.each(streamSubjects.map((subject) => ({ subject, name: subject.name })))(
    'begin with a valid one that is read to its end: $name',
    async ({ subject }) => {
      for (let seed = 0; seed < 30; seed += 1) {
        const random = createRandom(seed)
        const { reading, problems } = await judgeStream(subject, Buffer.from(subject.valid(random)), random)
        expect(problems).toEqual([])
        expect(reading.ending).toEqual({ status: 'finished' })
      }
    },
  )
})
