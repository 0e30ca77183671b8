import { once } from 'node:events'
import type { Worker } from 'node:worker_threads'
import Database from 'better-sqlite3'
import { describe, expect, it } from 'vitest'
import { never, openTestStore, personSpec, profileSpec, type TestStore } from './open-test-store.ts'

const MINUTE = 60_000

/** Calls that the store answers from memory, each answered once. */
async function rememberedBy({ store }: TestStore): Promise<readonly (() => Promise<unknown>)[]> {
  await store.users.create('anna', personSpec())
  await store.profiles.create('one', profileSpec())
  const { secret } = await store.tokens.create({ name: 'script', user: 'anna' })
  const calls = [
    () => store.identity.authenticate(secret, never),
    () => store.settings.snapshot(undefined, never),
    () => store.profiles.get('one'),
    () => store.version(),
  ]
  for (const call of calls) await call()
  return calls
}

describe('the life of a store', () => {
  it('everything survives a stop and a start: epoch, revision, settings, credentials, history', async () => {
    const first = await openTestStore()
    await first.store.users.create('anna', personSpec())
    await first.store.profiles.create('one', profileSpec())
    const { secret } = await first.store.tokens.create({ name: 'script', user: 'anna' })
    const run = await first.store.history.open({ runId: 'r', owner: 'user:anna', title: 'T', input: [] }, never)
    const snapshot = await first.store.settings.snapshot(undefined, never)
    await first.store.stop(never)
    await using second = await openTestStore({ folder: first.folder })
    expect(await second.store.settings.snapshot(undefined, never)).toEqual(snapshot)
    expect(await second.store.identity.authenticate(secret, never)).toMatchObject({ id: 'user:anna' })
    const again = { runId: 's', owner: 'user:anna', title: '', conversation: run.conversation, input: [] }
    expect(await second.store.history.open(again, never)).toMatchObject({ conversation: run.conversation })
  })

  it('another store has another epoch', async () => {
    await using one = await openTestStore()
    await using other = await openTestStore()
    expect((await one.store.version()).epoch).not.toBe((await other.store.version()).epoch)
  })

  it('a stop finishes the appends that were asked before it', async () => {
    const first = await openTestStore()
    const asked = Array.from({ length: 100 }, (_, index) =>
      first.store.history.open({ runId: `r${index}`, owner: 'user:anna', title: 'T', input: [] }, never),
    )
    await first.store.stop(never)
    const opened = await Promise.all(asked)
    await using second = await openTestStore({ folder: first.folder })
    for (const { conversation } of opened.slice(0, 10))
      await second.store.history.open({ runId: 'x', owner: 'user:anna', title: '', conversation, input: [] }, never)
  })

  it('after the stop every call says that the store is not available', async () => {
    await using opened = await openTestStore()
    const { store } = opened
    await store.stop(never)
    await store.stop(never)
    const calls = [
      store.profiles.create('one', profileSpec()),
      store.identity.authenticate('x', never),
      store.history.open({ runId: 'r', owner: 'o', title: '', input: [] }, never),
      store.changes({ limit: 1 }),
    ]
    for (const outcome of await Promise.allSettled(calls))
      expect(outcome).toMatchObject({
        status: 'rejected',
        reason: { code: 'store_unavailable', message: 'Hearth is stopping.' },
      })
  })

  it('what it remembers ends with the stop: a known token, the profiles, the version', async () => {
    await using opened = await openTestStore()
    const calls = await rememberedBy(opened)
    await opened.store.stop(never)
    const outcomes = await Promise.allSettled(calls.map((call) => call()))
    const refused = { code: 'store_unavailable', message: 'Hearth is stopping.' }
    expect(outcomes).toEqual(calls.map(() => ({ status: 'rejected', reason: expect.objectContaining(refused) })))
  })

  it('what it remembers ends with the database thread too', async () => {
    const started = once(process, 'worker')
    await using opened = await openTestStore()
    const [worker] = (await started) as [Worker]
    const calls = await rememberedBy(opened)
    const ended = once(worker, 'exit')
    await worker.terminate()
    await ended
    const outcomes = await Promise.allSettled(calls.map((call) => call()))
    const refused = { code: 'store_unavailable', message: 'The database thread ended; restart Hearth.' }
    expect(outcomes).toEqual(calls.map(() => ({ status: 'rejected', reason: expect.objectContaining(refused) })))
    expect(opened.readiness.isReady()).toBe(false)
  })

  it('a stop whose deadline is over lets go at once, and the next start finds the store sound', async () => {
    const first = await openTestStore()
    await first.store.profiles.create('one', profileSpec())
    await first.store.stop(AbortSignal.abort())
    await using second = await openTestStore({ folder: first.folder })
    expect(await second.store.profiles.get('one')).toMatchObject({ name: 'one' })
    expect(second.logged).toContainEqual(
      expect.objectContaining({ msg: expect.stringContaining('not closed last time') }),
    )
  })

  it('a stored object that is not valid any more is reported and left out, the others serve', async () => {
    const first = await openTestStore()
    await first.store.profiles.create('good', profileSpec())
    await first.store.profiles.create('bad', profileSpec())
    await first.store.profiles.create('worse', profileSpec())
    await first.store.stop(never)
    const database = new Database(first.path)
    database.prepare("update model_profiles set spec = '{\"targets\": 5}' where name = 'bad'").run()
    database.prepare("update model_profiles set spec = 'not json' where name = 'worse'").run()
    database.close()
    await using second = await openTestStore({ folder: first.folder })
    const names = (await second.store.profiles.list({ limit: 10 })).items.map((profile) => profile.name)
    expect(names).toEqual(['good'])
    for (const name of ['bad', 'worse'])
      expect(second.logged).toContainEqual(
        expect.objectContaining({ level: 50, kind: 'profiles', name, origin: 'api' }),
      )
    expect(await second.store.profiles.put('bad', profileSpec(), undefined)).toMatchObject({ name: 'bad' })
    expect(await second.store.profiles.get('bad')).toMatchObject({ name: 'bad' })
  })

  it('ended sessions and pairing codes are removed', async () => {
    const first = await openTestStore()
    await first.store.users.create('anna', personSpec())
    const device = await first.store.devices.redeem((await first.store.devices.openPairing('anna')).code, 'phone')
    await first.store.devices.openPairing('anna')
    await first.store.devices.openSession(device.device_id, device.device_secret)
    const left = (): unknown => {
      const database = new Database(first.path, { readonly: true })
      const counts = database
        .prepare("select (select count(*) from pairings) p, (select count(*) from api_tokens where kind = 'session') s")
        .get()
      database.close()
      return counts
    }
    expect(left()).toEqual({ p: 1, s: 1 })
    await first.store.stop(never)
    await using second = await openTestStore({ folder: first.folder, startAt: 1_800_000_000_000 + 15 * MINUTE })
    await second.store.version()
    expect(left()).toEqual({ p: 0, s: 0 })
  })
})
