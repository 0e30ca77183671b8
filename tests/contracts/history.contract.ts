import { describe, expect, it } from 'vitest'
import type { History, NewMessage, RunAnswer } from '../../services/common/contracts/history.ts'
import { HearthError } from '../../services/common/errors/hearth-error.ts'

/** One implementation under test; `close` ends whatever `make` started. */
export interface HistoryUnderTest {
  readonly history: History
  readonly close: () => Promise<void>
}

const ANNA = 'user:anna'
const BEN = 'user:ben'
const never = new AbortController().signal

function says(text: string): NewMessage {
  return { role: 'user', parts: [{ type: 'text', text }] }
}

function answerTo(
  opened: { readonly conversation: string; readonly parentId: string | null },
  answer: Pick<RunAnswer, 'runId'> & Partial<RunAnswer>,
): RunAnswer {
  return {
    conversation: opened.conversation,
    parentId: opened.parentId,
    status: 'completed',
    parts: [{ type: 'text', text: `answer of ${answer.runId}` }],
    profile: 'assistant',
    usage: { input_tokens: 3, output_tokens: 5, total_tokens: 8 },
    attempts: [],
    ...answer,
  }
}

const textsOf = (messages: readonly NewMessage[]): readonly string[] =>
  messages.flatMap((message) => message.parts.map((part) => (part.type === 'text' ? part.text : part.type)))

/** What every History must do, in memory, on SQLite and over REST. Call ids are unique within one `make`. */
export function historyContract(name: string, make: () => Promise<HistoryUnderTest>): void {
  const withHistory = (test: (history: History) => Promise<void>) => async (): Promise<void> => {
    const { history, close } = await make()
    try {
      await test(history)
    } finally {
      await close()
    }
  }
  const open = (history: History, runId: string, more: object = {}) =>
    history.open({ runId, owner: ANNA, title: 'A title', input: [says(`question of ${runId}`)], ...more }, never)

  describe(`History: ${name}`, () => {
    it(
      'a run without a conversation makes one, with no past',
      withHistory(async (history) => {
        const opened = await open(history, 'run-1')
        expect(opened.conversation).not.toBe('')
        expect(opened.past).toEqual([])
        expect(opened.parentId).toEqual(expect.any(String))
      }),
    )

    it(
      'a conversation that is made has the id that was given for it, and only one can',
      withHistory(async (history) => {
        const opened = await open(history, 'run-1', { newConversation: 'conv_given' })
        expect(opened.conversation).toBe('conv_given')
        await expect(open(history, 'run-2', { newConversation: 'conv_given' })).rejects.toBeInstanceOf(HearthError)
        const next = await open(history, 'run-3', { conversation: 'conv_given', newConversation: 'conv_other' })
        expect(next.conversation).toBe('conv_given')
        expect(textsOf(next.past)).toEqual(['question of run-1'])
      }),
    )

    it(
      'the next run of a conversation gets the past oldest first, without its own input',
      withHistory(async (history) => {
        const first = await open(history, 'run-1')
        await history.close(answerTo(first, { runId: 'run-1' }))
        const second = await open(history, 'run-2', { conversation: first.conversation })
        expect(second.conversation).toBe(first.conversation)
        expect(textsOf(second.past)).toEqual(['question of run-1', 'answer of run-1'])
        expect(second.past.map((message) => message.role)).toEqual(['user', 'assistant'])
        expect(second.past.map((message) => message.runId)).toEqual([null, 'run-1'])
        expect(second.past[1]?.parentId).toBe(second.past[0]?.id)
      }),
    )

    it(
      'several messages of input follow each other',
      withHistory(async (history) => {
        const first = await open(history, 'run-1', { input: [says('one'), says('two'), says('three')] })
        const second = await open(history, 'run-2', { conversation: first.conversation, input: [] })
        expect(textsOf(second.past)).toEqual(['one', 'two', 'three'])
        expect(second.past.map((message) => message.parentId)).toEqual([
          null,
          second.past[0]?.id ?? 'missing',
          second.past[1]?.id ?? 'missing',
        ])
        expect(second.parentId).toBe(second.past[2]?.id)
      }),
    )

    it(
      'previousResponseId continues after that answer, so that a conversation can branch',
      withHistory(async (history) => {
        const first = await open(history, 'run-1')
        await history.close(answerTo(first, { runId: 'run-1' }))
        const second = await open(history, 'run-2', { conversation: first.conversation })
        await history.close(answerTo(second, { runId: 'run-2' }))
        const branch = await open(history, 'run-3', { previousResponseId: 'run-1' })
        expect(branch.conversation).toBe(first.conversation)
        expect(textsOf(branch.past)).toEqual(['question of run-1', 'answer of run-1'])
        await history.close(answerTo(branch, { runId: 'run-3' }))
        const onBranch = await open(history, 'run-4', { previousResponseId: 'run-3' })
        expect(textsOf(onBranch.past)).toEqual([
          'question of run-1',
          'answer of run-1',
          'question of run-3',
          'answer of run-3',
        ])
      }),
    )

    it(
      'null instead of a previous response continues before the first message of the conversation',
      withHistory(async (history) => {
        const first = await open(history, 'run-1')
        await history.close(answerTo(first, { runId: 'run-1' }))
        const { conversation } = first
        const edited = await open(history, 'run-2', { conversation, previousResponseId: null })
        expect(edited).toMatchObject({ conversation, past: [] })
        await history.close(answerTo(edited, { runId: 'run-2' }))
        const onBranch = await open(history, 'run-3', { previousResponseId: 'run-2' })
        expect(onBranch.conversation).toBe(conversation)
        expect(textsOf(onBranch.past)).toEqual(['question of run-2', 'answer of run-2'])
        expect(onBranch.past[0]?.parentId).toBeNull()
        const onFirst = await open(history, 'run-4', { conversation, previousResponseId: 'run-1' })
        expect(textsOf(onFirst.past)).toEqual(['question of run-1', 'answer of run-1'])
        const empty = await open(history, 'run-5', { conversation, previousResponseId: null, input: [] })
        expect(empty).toEqual({ conversation, past: [], parentId: null })
      }),
    )

    it(
      'null without a conversation begins one, and in that of someone else nothing',
      withHistory(async (history) => {
        const first = await open(history, 'run-1')
        const other = await open(history, 'run-2', { previousResponseId: null })
        expect(other.conversation).not.toBe(first.conversation)
        expect(other.past).toEqual([])
        for (const more of [{ conversation: first.conversation, owner: BEN }, { conversation: 'conv_unknown' }])
          await expect(open(history, 'run-3', { previousResponseId: null, ...more })).rejects.toMatchObject({
            code: 'caller_not_found',
          })
      }),
    )

    it(
      'every kind of part comes back as it was',
      withHistory(async (history) => {
        const blobId = await history.putBlob({ owner: ANNA, mediaType: 'image/png', bytes: new Uint8Array([1, 2, 3]) })
        const parts = [
          { type: 'reasoning', text: 'hm' },
          { type: 'text', text: 'Grüße 🏠' },
          { type: 'image', blobId, mediaType: 'image/png' },
          { type: 'tool_call', callId: 'call-1', name: 'lamp', arguments: '{"on":true}' },
          { type: 'tool_output', callId: 'call-1', output: '' },
        ] as const
        const opened = await open(history, 'run-1')
        await history.close(answerTo(opened, { runId: 'run-1', parts }))
        const { past } = await open(history, 'run-2', { conversation: opened.conversation })
        expect(past.at(-1)?.parts).toEqual(parts)
      }),
    )

    it(
      'a partial answer keeps its status',
      withHistory(async (history) => {
        const opened = await open(history, 'run-1')
        const error = { code: 'provider_stream_truncated', message: 'The stream ended early.' } as const
        await history.close(answerTo(opened, { runId: 'run-1', status: 'failed', error, usage: null }))
        const { past } = await open(history, 'run-2', { conversation: opened.conversation })
        expect(past.at(-1)).toMatchObject({ status: 'failed', runId: 'run-1' })
      }),
    )

    it(
      'closing a run twice keeps the first answer',
      withHistory(async (history) => {
        const opened = await open(history, 'run-1')
        const twice = { runId: 'run-1', parts: [{ type: 'text', text: 'second' }] } as const
        await Promise.all([
          history.close(answerTo(opened, { runId: 'run-1' })),
          history.close(answerTo(opened, twice)),
          history.close(answerTo(opened, twice)),
        ])
        await history.close(answerTo(opened, twice))
        const { past } = await open(history, 'run-2', { conversation: opened.conversation })
        expect(textsOf(past)).toEqual(['question of run-1', 'answer of run-1'])
      }),
    )

    it(
      'a conversation or run of someone else is not found',
      withHistory(async (history) => {
        const opened = await open(history, 'run-1')
        await history.close(answerTo(opened, { runId: 'run-1' }))
        const wanted = [
          { conversation: opened.conversation, owner: BEN },
          { previousResponseId: 'run-1', owner: BEN },
          { conversation: 'conv_unknown' },
          { previousResponseId: 'run-unknown' },
        ]
        for (const [index, more] of wanted.entries())
          await expect(open(history, `run-b${index}`, more)).rejects.toMatchObject({ code: 'caller_not_found' })
        const other = await open(history, 'run-2')
        await expect(
          open(history, 'run-3', { conversation: other.conversation, previousResponseId: 'run-1' }),
        ).rejects.toMatchObject({ code: 'caller_not_found' })
      }),
    )

    it(
      'an answer to a conversation that is gone is not found',
      withHistory(async (history) => {
        const answer = answerTo({ conversation: 'conv_unknown', parentId: null }, { runId: 'run-1' })
        await expect(history.close(answer)).rejects.toMatchObject({ code: 'caller_not_found' })
        const opened = await open(history, 'run-2')
        const misplaced = answerTo({ conversation: opened.conversation, parentId: 'msg_unknown' }, { runId: 'run-2' })
        await expect(history.close(misplaced)).rejects.toMatchObject({ code: 'caller_not_found' })
      }),
    )

    it(
      'text no database can keep is mended, not lost',
      withHistory(async (history) => {
        const opened = await open(history, 'run-1', { input: [says('a\0b')] })
        await history.close(
          answerTo(opened, { runId: 'run-1', parts: [{ type: 'text', text: 'lone \uD800 surrogate \0' }] }),
        )
        const { past } = await open(history, 'run-2', { conversation: opened.conversation })
        expect(textsOf(past)).toEqual(['a\uFFFDb', 'lone \uFFFD surrogate \uFFFD'])
      }),
    )

    it(
      'blobs of every size come back byte by byte, kept once, to their owner only',
      withHistory(async (history) => {
        for (const length of [0, 1, 65_536, 65_537, 1_000_000]) {
          const bytes = Uint8Array.from({ length }, (_, index) => (index * 31) % 251)
          const id = await history.putBlob({ owner: ANNA, mediaType: 'image/png', bytes })
          expect(await history.putBlob({ owner: ANNA, mediaType: 'image/png', bytes: bytes.slice() })).toBe(id)
          const blob = await history.getBlob(id, ANNA)
          expect(Buffer.compare(Buffer.from(blob.bytes), Buffer.from(bytes))).toBe(0)
          expect(blob).toMatchObject({ id, owner: ANNA, mediaType: 'image/png' })
          await expect(history.getBlob(id, BEN)).rejects.toMatchObject({ code: 'caller_not_found' })
          const bens = await history.putBlob({ owner: BEN, mediaType: 'image/png', bytes })
          expect((await history.getBlob(bens, BEN)).bytes.byteLength).toBe(length)
        }
        await expect(history.getBlob('blob_unknown', ANNA)).rejects.toMatchObject({ code: 'caller_not_found' })
      }),
    )

    it(
      'many runs at once keep their own conversations',
      withHistory(async (history) => {
        const runs = Array.from({ length: 100 }, (_, index) => `run-${index}`)
        const opened = await Promise.all(runs.map((runId) => open(history, runId)))
        await Promise.all(opened.map((one, index) => history.close(answerTo(one, { runId: runs[index] ?? '' }))))
        const pasts = await Promise.all(
          opened.map((one, index) => open(history, `next-${index}`, { conversation: one.conversation })),
        )
        for (const [index, { past }] of pasts.entries())
          expect(textsOf(past)).toEqual([`question of run-${index}`, `answer of run-${index}`])
      }),
    )

    it(
      'an aborted signal opens nothing',
      withHistory(async (history) => {
        const request = { runId: 'run-1', owner: ANNA, title: 'A title', input: [says('x')] }
        await expect(history.open(request, AbortSignal.abort())).rejects.toMatchObject({ code: 'caller_cancelled' })
      }),
    )
  })
}
