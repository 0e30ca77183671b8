import { afterEach, describe, expect, test } from 'vitest'
import type { ModelProfile } from '../../services/common/contracts/model-profile.ts'
import type { Principal } from '../../services/common/contracts/principal.ts'
import type { Snapshot } from '../../services/common/contracts/settings.ts'
import { HearthError } from '../../services/common/errors/hearth-error.ts'
import { fakeAdapters } from '../../services/common/testing/fake-adapters.ts'
import { FakeHistory } from '../../services/common/testing/fake-history.ts'
import { createRouter } from '../../services/router/router.ts'
import {
  anna,
  ben,
  failureOf,
  never,
  profileOf,
  quiet,
  readRun,
  say,
  snapshotOf,
  userOf,
} from '../support/run-fixtures.ts'

const stops: (() => Promise<void>)[] = []
afterEach(async () => {
  for (const stop of stops.splice(0)) await stop()
})

function make(
  profiles: readonly ModelProfile[],
  options: { users?: Snapshot['users']; clock?: () => number; limits?: object } = {},
) {
  const adapters = fakeAdapters({ script: () => [{ do: 'hang' }] })
  const settings = () => snapshotOf(profiles, options.users)
  const clock = options.clock === undefined ? {} : { clock: options.clock }
  const { router, part } = createRouter(
    { adapters, history: new FakeHistory(), settings, log: quiet, ...clock },
    options.limits,
  )
  stops.push(() => part.stop(AbortSignal.abort()))
  const start = (more = {}, caller: Principal = anna) => router.start(say('x', more), caller, never)
  return { router, start, cancel: (runId: string) => router.cancel(runId, 'requested', anna) }
}

const failureCode = (error: unknown): unknown => (error instanceof HearthError ? error.code : error)

const demo = (spec: object = {}) => profileOf('demo', { default: true, ...spec })

describe('which profile', () => {
  test('the one named, else the user default, else the default one', async () => {
    const users = [userOf('anna', { default_profile: 'mine' })]
    const { start } = make([demo(), profileOf('mine'), profileOf('third')], { users })
    expect((await start({ profile: 'third' })).profile).toBe('third')
    expect((await start()).profile).toBe('mine')
    expect((await start({}, ben)).profile).toBe('demo')
  })

  test('one that the role or user has no right to is policy_access_denied', async () => {
    const users = [userOf('ben', { profiles: ['granted'] })]
    const admins = { access: { roles: ['admin'] } }
    const { start } = make(
      [
        demo(),
        profileOf('closed', admins),
        profileOf('granted', admins),
        profileOf('named', { access: { roles: [], users: ['ben'] } }),
      ],
      { users },
    )
    expect(await failureOf(start({ profile: 'closed' }, ben))).toMatchObject({
      code: 'policy_access_denied',
      details: { param: 'profile' },
    })
    expect((await start({ profile: 'granted' }, ben)).profile).toBe('granted')
    expect((await start({ profile: 'named' }, ben)).profile).toBe('named')
    expect((await failureOf(start({ profile: 'named' }))).code).toBe('policy_access_denied')
  })

  test('without a default one, a request must name one', async () => {
    const { start } = make([profileOf('only')])
    expect((await failureOf(start())).code).toBe('caller_model_unknown')
  })

  test('a token without scope chat may not', async () => {
    const { start } = make([demo()])
    expect((await failureOf(start({}, { ...anna, scopes: ['read', 'settings'] }))).code).toBe('policy_access_denied')
  })

  test('before any settings are read it is gateway_config_unavailable', async () => {
    const { router } = createRouter({
      adapters: fakeAdapters(),
      history: new FakeHistory(),
      settings: () => undefined,
      log: quiet,
    })
    expect(await failureOf(router.start(say('x'), anna, never))).toMatchObject({
      code: 'gateway_config_unavailable',
      retryable: true,
    })
  })
})

describe('what may be asked of it', () => {
  test('modalities that it does not produce, tools that it does not take and no input at all are refused', async () => {
    const { start } = make([
      demo({ modalities: ['text'], tools: { client: false } }),
      profileOf('blind', { image: null }),
    ])
    expect((await failureOf(start({ modalities: ['image'] }))).code).toBe('caller_unsupported_feature')
    expect((await failureOf(start({ profile: 'blind', modalities: ['image'] }))).code).toBe(
      'caller_unsupported_feature',
    )
    const tools = [{ name: 'lamp', parameters: {} }]
    expect((await failureOf(start({ tools }))).code).toBe('policy_tool_blocked')
    expect((await failureOf(start({ input: [] }))).code).toBe('caller_invalid_request')
  })
})

describe('limits', () => {
  test('max_parallel of a profile counts runs until they end', async () => {
    const { start, cancel, router } = make([demo({ limits: { max_parallel: 2 } }), profileOf('other')])
    const { runId } = await start()
    await start()
    expect(await failureOf(start())).toMatchObject({
      code: 'policy_rate_limited',
      retryable: true,
      details: { retryAfterMs: expect.any(Number) },
    })
    expect((await start({ profile: 'other' })).profile).toBe('other')
    const reading = readRun(router, runId)
    await cancel(runId)
    await reading
    expect((await start()).profile).toBe('demo')
  })

  test('many at the same time never get past it', async () => {
    const { start } = make([demo({ limits: { max_parallel: 5 } })])
    const results = await Promise.allSettled(Array.from({ length: 20 }, () => start()))
    expect(results.filter(({ status }) => status === 'fulfilled')).toHaveLength(5)
  })

  test('max_parallel of a user counts over profiles, others are free', async () => {
    const users = [userOf('anna', { limits: { max_parallel: 1 } })]
    const { start } = make([demo(), profileOf('other')], { users })
    await start()
    expect((await failureOf(start({ profile: 'other' }))).code).toBe('policy_rate_limited')
    expect((await start({}, ben)).profile).toBe('demo')
  })

  test('requests_per_minute is a bucket that says when the next token comes', async () => {
    let now = 1000
    const users = [userOf('ben', { limits: { requests_per_minute: 1 } })]
    const { start } = make([demo({ limits: { requests_per_minute: 6 } })], { users, clock: () => now })
    for (let run = 0; run < 5; run += 1) await start()
    await start({}, ben)
    expect(await failureOf(start())).toMatchObject({ code: 'policy_rate_limited', details: { retryAfterMs: 10_000 } })
    now += 9_999
    expect((await failureOf(start())).details.retryAfterMs).toBe(1)
    now += 1
    await start()
    now += 20_000
    expect(await failureOf(start({}, ben))).toMatchObject({ details: { retryAfterMs: 30_000 } })
    await start()
  })

  test('a lane holds one run and those that wait for it, to its bound', async () => {
    const { start } = make([demo()], { limits: { queuedPerLane: 2 } })
    const lane = { sessionId: 's', streamId: 'l' }
    for (let run = 0; run < 3; run += 1) await start({ lane })
    expect(await failureOf(start({ lane }))).toMatchObject({
      code: 'policy_rate_limited',
      details: { param: 'stream_id' },
    })
    await start({ lane: { ...lane, streamId: 'other' } })
    await start({ lane }, ben)
  })

  test('all runs together are bounded: gateway_overloaded', async () => {
    const { start } = make([demo()], { limits: { runs: 3 } })
    for (let run = 0; run < 3; run += 1) await start()
    expect((await failureOf(start())).code).toBe('gateway_overloaded')
  })

  test('the pictures of all runs together are bounded until the runs end: gateway_overloaded', async () => {
    const { start, cancel } = make([demo()], { limits: { pictureBytes: 1000 } })
    const picture = { type: 'image', mediaType: 'image/png', bytes: new Uint8Array(600) } as const
    const withPicture = { input: [{ type: 'message', role: 'user', content: [picture] }] } as const
    const { runId } = await start(withPicture)
    expect(await failureOf(start(withPicture))).toMatchObject({ code: 'gateway_overloaded', retryable: true })
    await start()
    await cancel(runId)
    await expect.poll(async () => (await start(withPicture).catch(failureCode)) !== 'gateway_overloaded').toBe(true)
  })
})

describe('idempotency', () => {
  test('a failed start is not remembered, and a caller that goes does not take the run of others along', async () => {
    const { start, router } = make([demo({ limits: { max_parallel: 1 } })])
    const first = await start({ idempotencyKey: 'a' })
    expect((await failureOf(start({ idempotencyKey: 'b' }))).code).toBe('policy_rate_limited')
    expect(await start({ idempotencyKey: 'a' })).toEqual({ ...first, existing: true })
    const reading = readRun(router, first.runId)
    await router.cancel(first.runId, 'requested', anna)
    await reading
    expect((await start({ idempotencyKey: 'b' })).existing).toBe(false)
  })

  test('the least recently used keys are forgotten first', async () => {
    const { start } = make([demo()], { limits: { idempotencyKeys: 2 } })
    await start({ idempotencyKey: 'a' })
    await start({ idempotencyKey: 'b' })
    expect((await start({ idempotencyKey: 'a' })).existing).toBe(true)
    await start({ idempotencyKey: 'c' })
    expect((await start({ idempotencyKey: 'a' })).existing).toBe(true)
    expect((await start({ idempotencyKey: 'b' })).existing).toBe(false)
  })
})
