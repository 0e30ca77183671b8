import type { CredentialStore, DeviceCredential } from '../protocol/hearth-client.ts'
import type { TextStorage } from './preferences.ts'

/** Storage with what is needed here of `Storage`. */
export interface ItemStorage extends TextStorage {
  removeItem(key: string): void
}

export const credentialKey = 'hearth.device'

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
