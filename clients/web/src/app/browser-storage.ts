import type { CredentialStore, DeviceCredential } from '../protocol/hearth-client.ts'
import type { TextStorage } from './preferences.ts'

/** Storage with what is needed here of `Storage`. */
export interface ItemStorage extends TextStorage {
  removeItem(key: string): void
}

/** What can be listed, as `Storage` can. */
export interface ListedStorage {
  readonly length: number
  key(index: number): string | null
  removeItem(key: string): void
}

export const credentialKey = 'hearth.device'
/** In `sessionStorage`; the conversation follows. */
export const draftPrefix = 'hearth.draft.'
/** In `localStorage`: the profile chosen last. */
export const profileKey = 'hearth.profile'

/** `localStorage`; where the browser forbids it, one that forgets when the page is left. */
export function browserStorage(page: { readonly localStorage: ItemStorage }): ItemStorage {
  try {
    return page.localStorage
  } catch {
    const items = new Map<string, string>()
    return {
      getItem: (key) => items.get(key) ?? null,
      setItem: (key, value) => void items.set(key, value),
      removeItem: (key) => void items.delete(key),
    }
  }
}

/** Removes what a reader wrote and chose in this window. How the page looks stays. */
export function forgetReader(page: {
  readonly localStorage: ListedStorage
  readonly sessionStorage: ListedStorage
}): void {
  forgetIn(() => page.sessionStorage)
  forgetIn(() => page.localStorage)
}

function forgetIn(storage: () => ListedStorage): void {
  try {
    const items = storage()
    const keys = Array.from({ length: items.length }, (_, index) => items.key(index) ?? '')
    for (const key of keys) if (key === profileKey || key.startsWith(draftPrefix)) items.removeItem(key)
  } catch {
    // A browser that forbids it has kept nothing either.
  }
}

/** This device's credential, shared by all windows of the browser. */
export function createCredentialStore(storage: ItemStorage): CredentialStore {
  return {
    read: () => parseCredential(storage.getItem(credentialKey)),
    write: (credential) =>
      credential === undefined
        ? storage.removeItem(credentialKey)
        : storage.setItem(credentialKey, JSON.stringify(credential)),
  }
}

function parseCredential(text: string | null): DeviceCredential | undefined {
  try {
    const value: unknown = JSON.parse(text ?? 'null')
    return isCredential(value) ? { deviceId: value.deviceId, deviceSecret: value.deviceSecret } : undefined
  } catch {
    return undefined
  }
}

function isCredential(value: unknown): value is DeviceCredential {
  return (
    typeof value === 'object' &&
    value !== null &&
    'deviceId' in value &&
    typeof value.deviceId === 'string' &&
    'deviceSecret' in value &&
    typeof value.deviceSecret === 'string'
  )
}
