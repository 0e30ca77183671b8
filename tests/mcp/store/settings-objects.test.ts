import { describe, expect, it } from 'vitest'
import { RevisionMismatch } from '../../../services/mcp/store/revision-mismatch.ts'
import { declared as document, never, openTestStore, personSpec, profileSpec } from './open-test-store.ts'
import { recordingBus } from './recording-bus.ts'

describe('settings objects', () => {
  it('a settings write bumps the revision by one, leaves a change row and rings the doorbell after the commit', async () => {
    const bus = recordingBus()
    await using opened = await openTestStore({ bus })
    const { store } = opened
    const before = await store.version()
    await store.profiles.create('one', profileSpec())
    const after = await store.version()
    expect(after).toEqual({ epoch: before.epoch, revision: before.revision + 1 })
    expect(bus.published.settings).toEqual([{ ...after, kinds: ['profiles'] }])
    expect((await store.changes({ limit: 10 })).items).toEqual([
      {
        revision: after.revision,
        kind: 'profiles',
        name: 'one',
        action: 'created',
        declared_version: null,
        at: 1_800_000_000_000,
      },
    ])
  })

  it('a write that fails bumps nothing and rings nothing', async () => {
    const bus = recordingBus()
    await using opened = await openTestStore({ bus })
    const { store } = opened
    await store.profiles.create('one', profileSpec())
    const before = await store.version()
    await expect(store.profiles.create('one', profileSpec())).rejects.toMatchObject({ code: 'caller_conflict' })
    await expect(store.profiles.remove('two', undefined)).rejects.toMatchObject({ code: 'caller_not_found' })
    await expect(store.profiles.put('one', profileSpec(), 999)).rejects.toThrow(RevisionMismatch)
    expect(await store.version()).toEqual(before)
    expect(bus.published.settings).toHaveLength(1)
  })

  it('put replaces only the revision the caller read', async () => {
    await using opened = await openTestStore()
    const { profiles } = opened.store
    const first = await profiles.create('one', profileSpec('a'))
    opened.advance(5)
    const second = await profiles.put('one', profileSpec('b'), first.revision)
    expect(second).toMatchObject({ origin: 'api', created_at: first.created_at, updated_at: first.created_at + 5 })
    const stale = profiles.put('one', profileSpec('c'), first.revision)
    await expect(stale).rejects.toMatchObject({ current: second.revision })
    await expect(profiles.remove('one', first.revision)).rejects.toMatchObject({ current: second.revision })
    expect((await profiles.get('one'))?.targets[0]?.model).toBe('b')
    await profiles.remove('one', second.revision)
    expect(await profiles.get('one')).toBeUndefined()
    await expect(profiles.put('one', profileSpec(), second.revision)).rejects.toMatchObject({
      code: 'caller_not_found',
    })
    expect(await profiles.put('one', profileSpec(), undefined)).toMatchObject({ name: 'one' })
  })

  it('of many writers that read the same revision exactly one wins', async () => {
    await using opened = await openTestStore()
    const { profiles } = opened.store
    const { revision } = await profiles.create('one', profileSpec())
    const writes = Array.from({ length: 20 }, (_, index) => profiles.put('one', profileSpec(`m${index}`), revision))
    const outcomes = await Promise.allSettled(writes)
    expect(outcomes.filter((outcome) => outcome.status === 'fulfilled')).toHaveLength(1)
  })

  it('declared objects are read-only through the API, and the refusal names origin and file', async () => {
    await using opened = await openTestStore()
    const { store } = opened
    await store.declare(document('v1', { profiles: { one: profileSpec() } }))
    const attempts = [
      store.profiles.create('one', profileSpec()),
      store.profiles.put('one', profileSpec(), undefined),
      store.profiles.remove('one', undefined),
    ]
    for (const outcome of await Promise.allSettled(attempts))
      expect(outcome).toMatchObject({
        reason: {
          code: 'caller_conflict',
          details: { origin: 'config', file: '/house/config.yaml' },
          message: expect.stringMatching(/\/house\/config\.yaml \(origin config\)/),
        },
      })
  })

  it('declaring makes the declared objects exactly these, and the same again changes nothing', async () => {
    const bus = recordingBus()
    await using opened = await openTestStore({ bus })
    const { store } = opened
    const first = document('v1', {
      profiles: { one: profileSpec('a'), two: profileSpec('a') },
      users: { anna: personSpec() },
    })
    await store.declare(first)
    expect(await store.version()).toMatchObject({ revision: 1 })
    await store.declare({ ...first, version: 'v1-again' })
    expect(await store.version()).toMatchObject({ revision: 1 })
    expect(bus.published.settings).toHaveLength(1)
    expect([...(bus.published.settings[0]?.kinds ?? [])].toSorted()).toEqual(['credentials', 'profiles', 'users'])
    await store.declare(document('v2', { profiles: { two: profileSpec('b'), three: profileSpec('a') } }))
    expect(await store.version()).toMatchObject({ revision: 2 })
    const names = (await store.profiles.list({ limit: 10 })).items.map((profile) => profile.name)
    expect(names).toEqual(['three', 'two'])
    const changes = (await store.changes({ limit: 10 })).items.filter((change) => change.revision === 2)
    expect(changes.map(({ kind, name, action, declared_version }) => [kind, name, action, declared_version])).toEqual([
      ['profiles', 'one', 'removed', 'v2'],
      ['profiles', 'three', 'created', 'v2'],
      ['profiles', 'two', 'updated', 'v2'],
      ['users', 'anna', 'removed', 'v2'],
    ])
  })

  it('later writes name the declared version that was included', async () => {
    await using opened = await openTestStore()
    const { store } = opened
    await store.declare(document('v1', { profiles: { one: profileSpec() } }))
    await store.profiles.create('two', profileSpec())
    expect((await store.changes({ limit: 1 })).items).toMatchObject([{ name: 'two', declared_version: 'v1' }])
  })

  it('a declared object beats one of the API of the same name, which is kept, reported and comes back', async () => {
    await using opened = await openTestStore()
    const { store } = opened
    await store.profiles.create('one', profileSpec('from-api'))
    await store.declare(document('v1', { profiles: { one: profileSpec('from-file') } }))
    expect(await store.profiles.get('one')).toMatchObject({ origin: 'config', targets: [{ model: 'from-file' }] })
    expect((await store.profiles.list({ limit: 10 })).items).toHaveLength(1)
    expect(opened.logged).toContainEqual(expect.objectContaining({ name: 'one', origin: 'api', kind: 'profiles' }))
    await store.declare(document('v2'))
    expect(await store.profiles.get('one')).toMatchObject({ origin: 'api', targets: [{ model: 'from-api' }] })
  })

  it('text no database can keep is refused with the path of the field, declared or not', async () => {
    await using opened = await openTestStore()
    const { store } = opened
    const bad = { ...profileSpec(), instructions: 'a\0b' }
    await expect(store.profiles.create('one', bad)).rejects.toMatchObject({
      code: 'caller_invalid_request',
      details: { param: 'one.instructions' },
    })
    const lone = { ...personSpec(), display_name: '\uDC00' }
    await expect(store.declare(document('v1', { users: { anna: lone } }))).rejects.toMatchObject({
      code: 'caller_invalid_request',
      details: { param: 'users.anna.display_name' },
    })
    expect(await store.version()).toMatchObject({ revision: 0 })
  })

  it('the snapshot is frozen, the same object until the next write, and answers to its own version with nothing', async () => {
    await using opened = await openTestStore()
    const { store } = opened
    await store.profiles.create('one', profileSpec())
    const snapshot = await store.settings.snapshot(undefined, never)
    expect(await store.settings.snapshot(undefined, never)).toBe(snapshot)
    expect(Object.isFrozen(snapshot?.profiles[0]?.targets[0])).toBe(true)
    expect(await store.settings.snapshot(await store.version(), never)).toBeUndefined()
    await store.profiles.create('two', profileSpec())
    expect(await store.settings.snapshot(snapshot, never)).not.toBe(snapshot)
  })

  it('parallel writes and reads see whole revisions only', async () => {
    await using opened = await openTestStore()
    const { store } = opened
    const writes = Array.from({ length: 30 }, (_, index) => store.profiles.create(`p${index}`, profileSpec()))
    const reads = Array.from({ length: 30 }, () => store.settings.snapshot(undefined, never))
    await Promise.all(writes)
    for (const snapshot of await Promise.all(reads)) expect(snapshot?.profiles).toHaveLength(snapshot?.revision ?? -1)
    expect(await store.version()).toMatchObject({ revision: 30 })
  })
})
