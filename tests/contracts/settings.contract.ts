import { describe, expect, it } from 'vitest'
import type { Settings } from '../../services/common/contracts/settings.ts'

/** One implementation under test. `close` ends whatever `make` started. */
export interface SettingsUnderTest {
  readonly settings: Settings
  /** Makes a profile of that name take part in the effective settings. */
  readonly addProfile: (name: string) => Promise<void>
  readonly close: () => Promise<void>
}

const never = new AbortController().signal

export function settingsContract(name: string, make: () => Promise<SettingsUnderTest>): void {
  const withSettings = (test: (subject: SettingsUnderTest) => Promise<void>) => async (): Promise<void> => {
    const subject = await make()
    try {
      await test(subject)
    } finally {
      await subject.close()
    }
  }

  describe(`Settings: ${name}`, () => {
    it(
      'who knows nothing gets the whole snapshot',
      withSettings(async ({ settings }) => {
        const snapshot = await settings.snapshot(undefined, never)
        expect(snapshot).toMatchObject({ epoch: expect.any(String), revision: expect.any(Number) })
        expect(snapshot?.profiles).toEqual(expect.any(Array))
        expect(snapshot?.users).toEqual(expect.any(Array))
        expect(snapshot?.credentials).toEqual(expect.any(Array))
      }),
    )

    it(
      'who knows the current one gets nothing',
      withSettings(async ({ settings }) => {
        const snapshot = await settings.snapshot(undefined, never)
        expect(await settings.snapshot(snapshot, never)).toBeUndefined()
      }),
    )

    it(
      'a change gives a higher revision of the same epoch, with the change in it',
      withSettings(async ({ settings, addProfile }) => {
        const before = await settings.snapshot(undefined, never)
        await addProfile('new-one')
        const after = await settings.snapshot(before, never)
        expect(after?.epoch).toBe(before?.epoch)
        expect(after?.revision).toBeGreaterThan(before?.revision ?? Infinity)
        expect(after?.profiles.map((profile) => profile.name)).toContain('new-one')
        expect(before?.profiles.map((profile) => profile.name)).not.toContain('new-one')
      }),
    )

    it(
      'another epoch is another store, whatever its revision',
      withSettings(async ({ settings }) => {
        const current = await settings.snapshot(undefined, never)
        const elsewhere = { epoch: 'another', revision: current?.revision ?? 0 }
        expect(await settings.snapshot(elsewhere, never)).toEqual(current)
      }),
    )
  })
}
