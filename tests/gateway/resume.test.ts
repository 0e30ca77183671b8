import { describe, expect, it } from 'vitest'
import { fakeRouter, textRun } from '../../services/common/testing/fake-router.ts'
import { Lanes } from '../../services/gateway/runs/lanes.ts'
import { ResumeBook } from '../../services/gateway/session/resume-book.ts'
import { adminToken, type Client, guestToken, otherAdminToken, startGateway } from './gateway-harness.ts'

const create = (fields: Readonly<Record<string, unknown>> = {}) => ({
  type: 'response.create',
  stream_id: 'a',
  profile: 'demo',
  input: 'Hello?',
  ...fields,
})

const resumeOf = ({ session }: Client) => ({
  resume: { session_id: session['session_id'], token: session['resume_token'] },
})

type Harness = Awaited<ReturnType<typeof startGateway>>

/** The socket breaks, and the gateway has noticed. */
async function breakOff({ socket }: Client, { gateway }: Harness): Promise<void> {
  socket.terminate()
  await expect.poll(() => gateway.connections).toBe(0)
}

const hanging = [...textRun(['Hello']).slice(0, -1), { do: 'hang' as const }]

describe('a session', () => {
  it('goes on after its socket broke, with the same id, a new token, and the runs that go on', async () => {
    await using harness = await startGateway()
    harness.router.enqueue(hanging)
    const first = await harness.open()
    first.send(create())
    const { response_id: responseId } = await first.next('response.created')
    await first.next('response.output_text.delta')
    await breakOff(first, harness)
    const second = await harness.open(adminToken, resumeOf(first))
    expect(second.session['session_id']).toBe(first.session['session_id'])
    expect(second.session['resume_token']).not.toBe(first.session['resume_token'])
    expect(second.session['live']).toEqual([
      { response_id: responseId, stream_id: 'a', conversation: `conv_${responseId}`, last_sequence_number: 3 },
    ])
    second.send(create({ stream_id: 'b' }))
    await second.next('response.completed')
    expect(harness.router.starts.map(({ request }) => request.lane.sessionId)).toEqual([
      first.session['session_id'],
      first.session['session_id'],
    ])
    await breakOff(second, harness)
    const third = await harness.open(otherAdminToken, resumeOf(second))
    expect(third.session['session_id']).toBe(first.session['session_id'])
  })

  it('is new, without an error, for a wish that is wrong, unknown, of another user, or used before', async () => {
    await using harness = await startGateway()
    const first = await harness.open()
    const { resume } = resumeOf(first)
    const wishes = [
      [adminToken, { ...resume, token: 'wrong' }],
      [adminToken, { ...resume, session_id: 'sess_unknown' }],
      [guestToken, resume],
    ] as const
    for (const [token, wish] of wishes) {
      const client = await harness.open(token, { resume: wish })
      expect(client.session['session_id']).not.toBe(resume.session_id)
      expect(client.session).not.toHaveProperty('live')
    }
    expect(first.socket.readyState).toBe(first.socket.OPEN)
    const second = await harness.open(adminToken, { resume })
    expect(second.session['session_id']).toBe(resume.session_id)
    const late = await harness.open(adminToken, { resume })
    expect(late.session['session_id']).not.toBe(resume.session_id)
    expect(second.socket.readyState).toBe(second.socket.OPEN)
  })

  it('is taken over with 4409 from a socket that is still open; its runs go on and are read by the new one', async () => {
    await using harness = await startGateway()
    harness.router.enqueue(hanging)
    const first = await harness.open()
    first.send(create())
    const { response_id: responseId } = await first.next('response.created')
    const second = await harness.open(adminToken, resumeOf(first))
    expect(await first.closed).toMatchObject({ code: 4409, reason: expect.stringContaining('another connection') })
    expect(second.session['live']).toMatchObject([{ response_id: responseId }])
    await expect.poll(() => harness.router.readers).toBe(0)
    second.send({ type: 'response.attach', response_id: responseId, starting_after: -1 })
    await second.next('response.attached')
    second.send({ type: 'response.cancel', stream_id: 'a' })
    await second.next('response.cancelled')
    expect(harness.router.cancels).toEqual([{ runId: responseId, reason: 'requested' }])
  })

  it('is forgotten after its time', async () => {
    await using harness = await startGateway({ limits: { resumeMs: 50 } })
    const first = await harness.open()
    await breakOff(first, harness)
    await new Promise((resolve) => setTimeout(resolve, 100))
    const second = await harness.open(adminToken, resumeOf(first))
    expect(second.session['session_id']).not.toBe(first.session['session_id'])
  })

  it('hands the runs of a lane over in order, those of the socket before first', async () => {
    const inner = fakeRouter()
    const gate = Promise.withResolvers<void>()
    const router: typeof inner = {
      ...inner,
      start: async (request, caller, signal) => {
        if (JSON.stringify(request.input).includes('slow')) await gate.promise
        return inner.start(request, caller, signal)
      },
    }
    await using harness = await startGateway({ router })
    const first = await harness.open()
    first.send(create({ input: 'slow' }))
    first.send({ type: 'ping' })
    await first.next('pong')
    const second = await harness.open(adminToken, resumeOf(first))
    second.send(create({ input: 'quick' }))
    second.send({ type: 'ping' })
    await second.next('pong')
    expect(inner.starts).toHaveLength(0)
    gate.resolve()
    await second.next('response.completed')
    expect(inner.starts.map(({ request }) => JSON.stringify(request.input).includes('slow'))).toEqual([true, false])
  })
})

describe('a session that was resumed', () => {
  it('cancels by stream_id what its connection before began', async () => {
    await using harness = await startGateway()
    harness.router.enqueue(hanging)
    const first = await harness.open()
    first.send(create())
    const { response_id: responseId } = await first.next('response.created')
    await breakOff(first, harness)
    const second = await harness.open(adminToken, resumeOf(first))
    second.send({ type: 'response.cancel', stream_id: 'never-used' })
    expect(await second.next('error')).toMatchObject({ error: { code: 'caller_not_found', param: 'stream_id' } })
    second.send({ type: 'response.cancel', stream_id: 'a' })
    await expect.poll(() => harness.router.cancels).toEqual([{ runId: responseId, reason: 'requested' }])
    expect(second.texts().filter(({ type }) => type === 'error')).toHaveLength(1)
  })

  it('hands over what the connections before it still have to', async () => {
    const lanes = new Lanes({ lanes: 4, queuedPerLane: 4 })
    const before = Promise.withResolvers<void>()
    lanes.continueAfter(before.promise)
    let isOver = false
    const handedOver = lanes.handedOver().then(() => {
      isOver = true
    })
    await new Promise((resolve) => setImmediate(resolve))
    expect(isOver).toBe(false)
    before.resolve()
    await handedOver
    expect(isOver).toBe(true)
  })
})

describe('live', () => {
  it('comes with the feature conversations, for the runs of this principal only', async () => {
    await using harness = await startGateway()
    harness.router.enqueue(hanging)
    const guest = await harness.open(guestToken)
    guest.send(create())
    await guest.next('response.created')
    const features = ['conversations']
    expect((await harness.open(adminToken, { features })).session['live']).toEqual([])
    expect((await harness.open(guestToken, { features })).session['live']).toHaveLength(1)
    expect((await harness.open(guestToken)).session).not.toHaveProperty('live')
  })

  it('is left out when the router cannot say, and the session opens all the same', async () => {
    const router = { ...fakeRouter(), runs: () => new Promise<never>(() => undefined) }
    await using harness = await startGateway({ router, limits: { liveRunsMs: 50 } })
    const client = await harness.open(adminToken, { features: ['conversations'] })
    expect(client.session).not.toHaveProperty('live')
    expect(harness.log.some(({ level }) => level === 'warn')).toBe(true)
  })
})

describe('the book of sessions', () => {
  const bookAt = (limits: { resumeMs: number; resumableSessions: number }) => {
    const time = { now: 0 }
    return { time, book: new ResumeBook({ limits, elapsed: () => time.now }) }
  }
  const occupant = { takeOver: async () => undefined }
  const done = Promise.resolve()

  it('remembers so many closed sessions, the newest ones', () => {
    const { book } = bookAt({ resumeMs: 1000, resumableSessions: 3 })
    const seats = Array.from({ length: 5 }, () => book.take(occupant, 'user:a', undefined))
    for (const seat of seats) seat.leave(done)
    expect(book.remembered).toBe(3)
    const isResumed = seats.map(
      ({ sessionId, resumeToken }) =>
        book.take(occupant, 'user:a', { session_id: sessionId, token: resumeToken }).isResumed,
    )
    expect(isResumed).toEqual([false, false, true, true, true])
  })

  it('forgets them after their time, also when nobody asks', () => {
    const { book, time } = bookAt({ resumeMs: 1000, resumableSessions: 3 })
    book.take(occupant, 'user:a', undefined).leave(done)
    time.now = 500
    book.take(occupant, 'user:a', undefined).leave(done)
    time.now = 1000
    book.prune()
    expect(book.remembered).toBe(1)
    time.now = 1500
    book.prune()
    expect(book.remembered).toBe(0)
  })
})
