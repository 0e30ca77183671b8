import { setTimeout as sleep } from 'node:timers/promises'
import { describe, expect, it } from 'vitest'
import type { Clock } from '../../../clients/web/src/protocol/clock.ts'
import { connected, memoryStore, openClient, untilStatus } from './support/open-client.ts'
import { credential, problem, ScriptedHouse } from './support/scripted-house.ts'

describe('a client that connects', () => {
  it('says hello with its token inside of the frame, and shows what the house says of the session', async () => {
    await using house = await ScriptedHouse.start()
    await using opened = openClient(house.url)
    opened.client.start()
    opened.client.start()
    const peer = await house.peer(0)
    const { session } = await untilStatus(opened.client, 'online')
    expect(peer.hello).toEqual({
      type: 'session.hello',
      client: { name: 'test', version: '1', platform: 'node' },
      features: ['binary', 'reasoning', 'tools', 'conversations'],
      auth: 'token-1',
    })
    expect(house.asked[0]?.body).toEqual({ device_id: 'dev_1', device_secret: 'secret-1' })
    expect(session).toMatchObject({ sessionId: 'sess_1', serverVersion: '0.1.0', revision: 7 })
    expect(opened.states.map(({ status }) => status)).toEqual(['connecting', 'connecting', 'online'])
    expect(house.peers).toHaveLength(1)
  })

  it('waits for a code without a credential, and connects when it has one', async () => {
    await using house = await ScriptedHouse.start()
    house.answers.set('POST /api/v1/pairings/redeem', () => ({
      status: 201,
      body: { device_id: 'dev_9', device_secret: 'secret-9' },
    }))
    await using opened = openClient(house.url, { isPaired: false })
    opened.client.start()
    expect(opened.client.connection).toEqual({ status: 'signed-out' })
    await opened.client.pair('ABCD', 'Kitchen')
    await untilStatus(opened.client, 'online')
    expect(house.asked[0]?.body).toEqual({ code: 'ABCD', device_name: 'Kitchen' })
    expect(opened.credentials.read()).toEqual({ deviceId: 'dev_9', deviceSecret: 'secret-9' })
  })

  it('says so when the code is wrong, and stays signed out', async () => {
    await using house = await ScriptedHouse.start()
    house.answers.set('POST /api/v1/pairings/redeem', () => problem(401, 'policy_unauthenticated'))
    await using opened = openClient(house.url, { isPaired: false })
    opened.client.start()
    await expect(opened.client.pair('WRONG', 'Kitchen')).rejects.toMatchObject({
      name: 'HearthFailure',
      code: 'policy_unauthenticated',
      message: 'Refused: policy_unauthenticated.',
    })
    expect(opened.client.connection.status).toBe('signed-out')
  })

  it('waits and tries again while there is no house, and heals by itself when there is one', async () => {
    const gone = await ScriptedHouse.start()
    const { port } = gone
    await gone[Symbol.asyncDispose]()
    await using opened = openClient(gone.url)
    opened.client.start()
    const waiting = await untilStatus(opened.client, 'waiting')
    expect(waiting.reason).toMatchObject({ code: 'client_offline', retryable: true })
    expect(waiting.retryAt).toBeGreaterThan(waiting.since)
    await using house = await ScriptedHouse.start(port)
    await house.peer(0)
    await untilStatus(opened.client, 'online')
  })

  it.each([1001, 1012, 1013, 4408, 4500])('comes back after %i, with what it needs to resume', async (code) => {
    await using house = await ScriptedHouse.start()
    await using opened = await connected(house)
    const resumed = Promise.withResolvers<unknown>()
    opened.client.on('resumed', resumed.resolve)
    house.session = {
      live: [{ response_id: 'run_7', stream_id: 'x', conversation: 'conv_7', last_sequence_number: 3 }],
    }
    opened.peer.socket.close(code)
    const next = await house.peer(1)
    expect(next.hello?.resume).toEqual({ session_id: 'sess_1', token: 'resume-1' })
    expect(await resumed.promise).toEqual({ live: [{ responseId: 'run_7', conversation: 'conv_7' }] })
    expect(opened.client.live).toEqual([{ responseId: 'run_7', conversation: 'conv_7' }])
  })

  it('comes back after a connection that broke without a word', async () => {
    await using house = await ScriptedHouse.start()
    await using opened = await connected(house)
    opened.peer.socket.terminate()
    await house.peer(1)
    await untilStatus(opened.client, 'online')
    expect(opened.states.map(({ status }) => status)).toContain('waiting')
  })

  it.each([1000, 1009, 4400, 4403, 4409, 4426, 4429])(
    'does not come back after %i, and says what to do',
    async (code) => {
      await using house = await ScriptedHouse.start()
      await using opened = await connected(house)
      opened.peer.socket.close(code)
      const { reason } = await untilStatus(opened.client, 'refused')
      expect(reason.message).toMatch(/;|\./)
      opened.client.wake()
      expect(opened.client.connection.status).toBe('refused')
      const answer = opened.client.ask({ text: 'Hello' })
      expect((await answer.ended).failure).toEqual(reason)
      opened.client.start()
      await house.peer(1)
    },
  )

  it('gives the reason that the house gave before it closed', async () => {
    await using house = await ScriptedHouse.start()
    await using opened = await connected(house)
    const error = { type: 'permission_error', code: 'policy_access_denied', message: 'Ask Anna.', retryable: false }
    opened.peer.send({ type: 'error', error })
    opened.peer.socket.close(4403)
    const { reason } = await untilStatus(opened.client, 'refused')
    expect(reason).toEqual({ code: 'policy_access_denied', message: 'Ask Anna.', retryable: false })
  })

  it('comes back when a stopping house said it may', async () => {
    await using house = await ScriptedHouse.start()
    await using opened = await connected(house)
    opened.peer.send({ type: 'session.draining', reason: 'shutdown', reconnect_in_ms: 4321 })
    opened.peer.socket.close(1001)
    const { since, retryAt } = await untilStatus(opened.client, 'waiting')
    expect(retryAt - since).toBe(4321)
  })

  it('tries at once when it is woken', async () => {
    await using house = await ScriptedHouse.start()
    await using opened = await connected(house)
    opened.peer.send({ type: 'session.draining', reason: 'shutdown', reconnect_in_ms: 3_600_000 })
    opened.peer.socket.close(1001)
    await untilStatus(opened.client, 'waiting')
    opened.client.wake()
    await house.peer(1)
  })

  it('asks when nothing came for long, and starts anew when nothing comes then', async () => {
    await using house = await ScriptedHouse.start()
    await using opened = await connected(house)
    const ping = await opened.peer.next('ping')
    opened.peer.send({ ...ping, type: 'pong' })
    await opened.peer.next('ping', 1)
    expect(house.peers).toHaveLength(1)
    await house.peer(1)
    await opened.peer.closed()
  })

  it('starts anew after a frame that it cannot read', async () => {
    await using house = await ScriptedHouse.start()
    await using opened = await connected(house)
    opened.peer.socket.send('no message')
    const { reason } = await untilStatus(opened.client, 'waiting')
    expect(reason.code).toBe('client_protocol')
    await house.peer(1)
  })

  it('gives up on a house that does not greet, and tries again', async () => {
    await using house = await ScriptedHouse.start()
    house.greets = false
    await using opened = openClient(house.url)
    opened.client.start()
    const peer = await house.peer(0)
    await untilStatus(opened.client, 'waiting')
    await peer.closed()
    house.greets = true
    await untilStatus(opened.client, 'online')
    expect(house.openSockets).toBe(1)
  })

  it('stops, and leaves nothing open', async () => {
    await using house = await ScriptedHouse.start()
    await using opened = await connected(house)
    opened.client.stop()
    await opened.peer.closed()
    expect(opened.client.connection).toEqual({ status: 'stopped' })
    expect((await opened.client.ask({ text: 'Hello' }).ended).failure?.code).toBe('client_offline')
  })

  it('is not disturbed by a listener that throws', async () => {
    await using house = await ScriptedHouse.start()
    const thrown = Promise.withResolvers<unknown>()
    const others = process.listeners('uncaughtException')
    process.removeAllListeners('uncaughtException')
    process.once('uncaughtException', thrown.resolve)
    try {
      await using opened = openClient(house.url)
      opened.client.on('resumed', () => {
        throw new Error('of a view')
      })
      opened.client.start()
      await untilStatus(opened.client, 'online')
      expect(await thrown.promise).toMatchObject({ message: 'of a view' })
    } finally {
      for (const other of others) process.on('uncaughtException', other)
    }
  })
})

describe('the tokens of a device', () => {
  it('are fetched once for all who need one', async () => {
    await using house = await ScriptedHouse.start()
    await using opened = openClient(house.url)
    house.answers.set('GET /api/v1/conversations', () => ({ status: 200, body: { data: [], next_cursor: null } }))
    const { rest } = opened.client
    opened.client.start()
    await Promise.all([rest.listConversations(), rest.listConversations(), untilStatus(opened.client, 'online')])
    expect(house.tokensAsked).toBe(1)
  })

  it('are fetched again before they end', async () => {
    await using house = await ScriptedHouse.start()
    await using opened = openClient(house.url)
    house.answers.set('POST /api/v1/sessions', () => ({ status: 201, body: { token: 'short', ttl_seconds: 5 } }))
    house.answers.set('GET /api/v1/conversations', () => ({ status: 200, body: { data: [], next_cursor: null } }))
    await opened.client.rest.listConversations()
    await new Promise((resolve) => {
      setTimeout(resolve, 450)
    })
    await opened.client.rest.listConversations()
    expect(house.tokensAsked).toBe(2)
  })

  it('are renewed in band before the session ends', async () => {
    await using house = await ScriptedHouse.start()
    house.session = { ttl_seconds: 2 }
    await using opened = await connected(house)
    const refresh = await opened.peer.next('session.refresh')
    expect(refresh.auth).toBe('token-2')
    opened.peer.greet('session.updated')
    expect(house.peers).toHaveLength(1)
  })

  it('are renewed by the device when the house no longer takes one', async () => {
    await using house = await ScriptedHouse.start()
    await using opened = await connected(house)
    opened.peer.socket.close(4401)
    expect((await house.peer(1)).hello?.auth).toBe('token-2')
    await untilStatus(opened.client, 'online')
    expect(opened.credentials.read()).toEqual(credential)
  })

  it('end with the device: a refused secret signs out and is forgotten', async () => {
    await using house = await ScriptedHouse.start()
    await using opened = await connected(house)
    const waiting = opened.client.ask({ text: 'Hello' })
    house.answers.set('POST /api/v1/sessions', () => problem(401, 'policy_unauthenticated'))
    opened.peer.socket.close(4401)
    const { reason } = await untilStatus(opened.client, 'signed-out')
    expect(reason?.code).toBe('policy_unauthenticated')
    expect(opened.credentials.read()).toBeUndefined()
    expect((await waiting.ended).failure?.code).toBe('policy_unauthenticated')
  })

  it('do not sign out when the house is only busy or gone', async () => {
    await using house = await ScriptedHouse.start()
    house.answers.set('POST /api/v1/sessions', () => problem(503, 'store_unavailable', { retryable: true }))
    await using opened = openClient(house.url)
    opened.client.start()
    expect((await untilStatus(opened.client, 'waiting')).reason.code).toBe('store_unavailable')
    house.answers.delete('POST /api/v1/sessions')
    await untilStatus(opened.client, 'online')
  })
})

describe('signing out', () => {
  it('ends the session at the house, and forgets the device', async () => {
    await using house = await ScriptedHouse.start()
    house.answers.set('DELETE /api/v1/sessions/current', () => ({ status: 204 }))
    await using opened = await connected(house)
    await opened.client.signOut()
    expect(house.asked.at(-1)).toMatchObject({ method: 'DELETE', headers: { authorization: 'Bearer token-1' } })
    expect(opened.client.connection).toEqual({ status: 'signed-out' })
    expect(opened.credentials.read()).toBeUndefined()
    await opened.peer.closed()
  })

  it('asks for no other token when the house ends the connection with the credential', async () => {
    await using house = await ScriptedHouse.start()
    await using opened = await connected(house)
    house.answers.set('DELETE /api/v1/sessions/current', async () => {
      opened.peer.socket.close(4401)
      await opened.peer.closed()
      await sleep(100)
      return { status: 204 }
    })
    await opened.client.signOut()
    expect(house.tokensAsked).toBe(1)
    expect(opened.client.connection).toEqual({ status: 'signed-out' })
  })

  it('is done here soon when the house hangs', async () => {
    await using house = await ScriptedHouse.start()
    house.answers.set('POST /api/v1/sessions', () => new Promise(() => undefined))
    // All that comes to its end here is what takes 2 s at most.
    const clock: Clock = {
      now: () => Date.now(),
      after: (ms, work) => {
        const timer = ms <= 2000 ? setTimeout(work, 10) : undefined
        return () => clearTimeout(timer)
      },
    }
    await using opened = openClient(house.url, { clock })
    await opened.client.signOut()
    expect(opened.credentials.read()).toBeUndefined()
  })

  it('is done here also when the house cannot be reached', async () => {
    const house = await ScriptedHouse.start()
    await using opened = openClient(house.url, { credentials: memoryStore(credential) })
    await house[Symbol.asyncDispose]()
    opened.client.start()
    await untilStatus(opened.client, 'waiting')
    await opened.client.signOut()
    expect(opened.client.connection).toEqual({ status: 'signed-out' })
  })
})
