import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Principal } from '../../services/common/contracts/principal.ts'
import type { Router } from '../../services/common/contracts/router.ts'
import type { RunEvent } from '../../services/common/contracts/run-event.ts'
import type { RunRef } from '../../services/common/contracts/run-request.ts'
import { foldRunEvents } from '../../services/common/testing/fold-run-events.ts'
import { contractLogEvents } from '../support/contract-router.ts'
import { anna, ben, failureOf, never, readRun, readUntil, say, terminalOf } from '../support/run-fixtures.ts'
import type { RouterSubject } from './router.contract.ts'

/** A router, and runs of three kinds: `short` ends at once; `trimmed` counts to more than is kept, then hangs. */
export interface KeptRunsSubject extends RouterSubject {
  /** From this number on, the beginning of a `trimmed` run is gone. */
  readonly trimmedFrom: number
  readonly begin: (kind: 'short' | 'hanging' | 'trimmed', caller: Principal) => Promise<RunRef>
}

/** Those of a router on the prompted adapters. */
export const keptRunsOf = (start: () => Promise<RouterSubject>) => async (): Promise<KeptRunsSubject> => {
  const subject = await start()
  const prompts = { short: 'every event', hanging: 'hang', trimmed: `hang ${contractLogEvents + 500}` }
  return {
    ...subject,
    trimmedFrom: contractLogEvents + 100,
    begin: (kind, caller) => subject.router.start(say(prompts[kind]), caller, never),
  }
}

/** What every Router promises about runs that are read later, again, or by number. */
export function keptRunsContract(label: string, start: () => Promise<KeptRunsSubject>): void {
  describe(`kept runs: ${label}`, () => {
    let subject: KeptRunsSubject
    beforeAll(async () => {
      subject = await start()
    }, 60_000)
    afterAll(() => subject.stop())

    test('an ended run is read again as it was, from any number', async () => {
      const { runId } = await subject.begin('short', anna)
      const whole = await readRun(subject.router, runId)
      expect(terminalOf(whole).type).toBe('response.completed')
      for (let last = -1; last < whole.length; last += 1) {
        expect(await readRun(subject.router, runId, { startingAfter: last })).toEqual(whole.slice(last + 1))
      }
    })

    test('where the wanted events were trimmed a snapshot stands for them, and the numbers go on after it', async () => {
      const { router } = subject
      const ref = await subject.begin('trimmed', anna)
      await trimmed(subject, ref.runId)
      const reading = readRun(router, ref.runId)
      await readUntil(router, ref.runId, 'response.snapshot')
      await router.cancel(ref.runId, 'requested', anna)
      const events = await reading
      const [snapshot, ...rest] = events
      expect(snapshot).toMatchObject({
        message: {
          type: 'response.snapshot',
          response: {
            id: ref.runId,
            status: 'in_progress',
            conversation: ref.conversation,
            profile: ref.profile,
            output: [{ type: 'message', status: 'in_progress', content: [{ type: 'output_text' }] }],
          },
        },
      })
      const last = snapshot?.sequenceNumber ?? 0
      expect(last).toBeGreaterThanOrEqual(subject.trimmedFrom)
      expect(rest.map(({ sequenceNumber }) => sequenceNumber)).toEqual(rest.map((_, index) => last + 1 + index))
      expect(terminalOf(rest).type).toBe('response.cancelled')
      expectCount(events)
      const [included, ...after] = await readRun(router, ref.runId, { startingAfter: last - 1 })
      expect(included).toMatchObject({ sequenceNumber: last, message: { type: 'response.output_text.delta' } })
      expect(after).toEqual(rest)
    })

    test('an ended run whose beginning was trimmed is a snapshot and its end', async () => {
      const { router } = subject
      const { runId } = await subject.begin('trimmed', anna)
      await trimmed(subject, runId)
      await router.cancel(runId, 'requested', anna)
      const end = await readRun(router, runId, { startingAfter: subject.trimmedFrom })
      for (const startingAfter of [-1, 0, 10]) {
        const events = await readRun(router, runId, { startingAfter })
        expect(events.map(({ message }) => message.type)).toEqual(['response.snapshot', 'response.cancelled'])
        expect(events[1]).toEqual(end.at(-1))
        expect(events[0]?.sequenceNumber).toBe((end.at(-1)?.sequenceNumber ?? 0) - 1)
        expectCount(events)
      }
    })

    test('a caller sees those of its runs that go on, oldest first', async () => {
      const { router } = subject
      const carl: Principal = { ...anna, id: 'user:carl', user: 'carl', credentialId: 'cred-3' }
      expect(await router.runs('live', carl, never)).toEqual([])
      const first = await subject.begin('hanging', carl)
      const second = await subject.begin('hanging', carl)
      const ended = await subject.begin('short', carl)
      await readRun(router, ended.runId, { caller: carl })
      const live = await router.runs('live', carl, never)
      expect(live.map(({ runId }) => runId)).toEqual([first.runId, second.runId])
      const { existing: _, ...named } = first
      expect(live[0]).toMatchObject({ ...named, status: 'in_progress' })
      expect(live[0]?.lane).toMatchObject({ sessionId: 'session-1', streamId: expect.stringMatching(/^lane-/) })
      await router.cancel(first.runId, 'requested', carl)
      await readRun(router, first.runId, { caller: carl })
      expect(await router.runs('live', carl, never)).toHaveLength(1)
      expect(await router.runs('live', ben, never)).toEqual([])
    })

    test('a run is found by its id while it is kept, with how it stands and its newest number, by its caller only', async () => {
      const { router } = subject
      const { runId } = await subject.begin('short', anna)
      const events = await readRun(router, runId)
      expect(await router.runs({ runId }, anna, never)).toMatchObject([
        { runId, status: 'completed', lastSequenceNumber: events.length - 1 },
      ])
      expect(await router.runs({ runId }, ben, never)).toEqual([])
      expect(await router.runs({ runId: 'resp_none' }, anna, never)).toEqual([])
    })
  })
}

/** What a Router on the profile `brief` (detach TTL 2 s) promises about runs that nobody reads. */
export function unreadRunsContract(label: string, start: () => Promise<RouterSubject>): void {
  describe(`unread runs: ${label}`, () => {
    let subject: RouterSubject
    beforeAll(async () => {
      subject = await start()
    }, 60_000)
    afterAll(() => subject.stop())

    test('a run that nobody reads for its detach TTL is cancelled, and then forgotten', async () => {
      const { router } = subject
      const begin = async () => (await router.start(say('hang', { profile: 'brief' }), anna, never)).runId
      const [unread, left, read] = [await begin(), await begin(), await begin()]
      const staying = readRun(router, read)
      await readUntil(router, left, 'response.output_text.delta')
      for (const runId of [unread, left]) {
        await expect.poll(() => statusOf(router, runId), { timeout: 10_000 }).toBe('cancelled')
        expect(terminalOf(await readRun(router, runId)).type).toBe('response.cancelled')
      }
      await expect.poll(() => statusOf(router, unread), { timeout: 10_000 }).toBe(undefined)
      expect(await failureOf(readRun(router, unread))).toMatchObject({ code: 'caller_not_found' })
      expect(await statusOf(router, read)).toBe('in_progress')
      await router.cancel(read, 'requested', anna)
      expect(terminalOf(await staying).type).toBe('response.cancelled')
    })
  })
}

const statusOf = async (router: Router, runId: string) => (await router.runs({ runId }, anna, never))[0]?.status

async function trimmed({ router, trimmedFrom }: KeptRunsSubject, runId: string): Promise<void> {
  const newest = async () => (await router.runs({ runId }, anna, never))[0]?.lastSequenceNumber
  await expect.poll(newest, { timeout: 20_000 }).toBeGreaterThanOrEqual(trimmedFrom)
}

/** A run that counts said all numbers from 0 on, none twice. */
function expectCount(events: readonly RunEvent[]): void {
  const parts = foldRunEvents(events).flatMap((item) => (item.type === 'message' ? item.content : []))
  const numbers = parts.flatMap((part) => (part.type === 'output_text' ? part.text.trim().split(' ') : []))
  expect(numbers.length).toBeGreaterThan(40)
  expect(numbers).toEqual(numbers.map((_, index) => `${index}`))
}
