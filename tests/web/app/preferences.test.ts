import { describe, expect, it } from 'vitest'
import {
  browserStorage,
  createCredentialStore,
  credentialKey,
  forgetReader,
} from '../../../clients/web/src/app/browser-storage.ts'
import {
  createPreferences,
  defaultPreferences,
  languageFor,
  parsePreferences,
  preferencesKey,
  type TextStorage,
} from '../../../clients/web/src/app/preferences.ts'

describe('preferences', () => {
  it('are kept, told to whoever listens, and read by the next page', () => {
    const storage = memory()
    const heard: number[] = []
    const preferences = createPreferences(storage)
    const leave = preferences.onChange(({ accentHue }) => heard.push(accentHue))
    preferences.change({ accentHue: 200 })
    preferences.change({ theme: 'dark' })
    leave()
    preferences.change({ language: 'de' })
    expect(heard).toEqual([200, 200])
    expect(createPreferences(storage).current).toEqual({ language: 'de', theme: 'dark', accentHue: 200 })
  })

  it('another window wrote: reload takes it over', () => {
    const storage = memory()
    const preferences = createPreferences(storage)
    createPreferences(storage).change({ theme: 'light' })
    expect(preferences.current.theme).toBe('auto')
    preferences.reload()
    expect(preferences.current.theme).toBe('light')
  })

  it('a browser that keeps nothing gets what is chosen for as long as the page is open', () => {
    const preferences = createPreferences(forbidden)
    preferences.change({ theme: 'dark' })
    expect(preferences.current).toEqual({ ...defaultPreferences, theme: 'dark' })
  })

  it.each([
    [null],
    ['no json'],
    ['null'],
    ['[]'],
    ['{"language":"fr","theme":1,"accentHue":360}'],
    ['{"accentHue":-1}'],
    ['{"accentHue":1.5}'],
  ])('%s gives the defaults', (text) => {
    expect(parsePreferences(text)).toEqual(defaultPreferences)
  })

  it('one unknown field does not spoil the others', () => {
    expect(parsePreferences('{"language":"fr","theme":"dark"}')).toEqual({ ...defaultPreferences, theme: 'dark' })
  })

  it.each([
    [['de-AT', 'en'], 'de'],
    [['fr', 'DE'], 'de'],
    [['fr', 'en-US', 'de'], 'en'],
    [['ja'], 'en'],
    [[], 'en'],
  ] as const)('a browser that speaks %j gets %s', (ofBrowser, language) => {
    expect(languageFor('auto', ofBrowser)).toBe(language)
    expect(languageFor('en', ofBrowser)).toBe('en')
  })
})

describe('the credential of this device', () => {
  it('is kept, read and forgotten', () => {
    const storage = browserStorage({ localStorage: memory() })
    const credentials = createCredentialStore(storage)
    expect(credentials.read()).toBeUndefined()
    credentials.write({ deviceId: 'd', deviceSecret: 's' })
    expect(createCredentialStore(storage).read()).toEqual({ deviceId: 'd', deviceSecret: 's' })
    credentials.write(undefined)
    expect(storage.getItem(credentialKey)).toBeNull()
  })

  it.each(['no json', '1', '{}', '{"deviceId":1,"deviceSecret":"s"}'])('%s is none', (text) => {
    const storage = memory()
    storage.setItem(credentialKey, text)
    expect(createCredentialStore(storage).read()).toBeUndefined()
  })

  it('a browser that forbids storage keeps it until the page is left', () => {
    const page = {
      get localStorage(): ReturnType<typeof memory> {
        throw new Error('The operation is insecure.')
      },
    }
    const credentials = createCredentialStore(browserStorage(page))
    credentials.write({ deviceId: 'd', deviceSecret: 's' })
    expect(credentials.read()).toEqual({ deviceId: 'd', deviceSecret: 's' })
  })
})

describe('what a reader leaves', () => {
  it('goes when this device is signed out: drafts and the profile chosen last, nothing else', () => {
    const sessionStorage = listed('hearth.draft.new', 'hearth.draft.c1', 'other')
    const localStorage = listed('hearth.profile', preferencesKey)
    forgetReader({ sessionStorage, localStorage })
    expect([sessionStorage.keys, localStorage.keys]).toEqual([['other'], [preferencesKey]])
  })

  it('is not there where the browser forbids storage', () => {
    const localStorage = listed('hearth.profile')
    const page = {
      localStorage,
      get sessionStorage(): ReturnType<typeof listed> {
        throw new Error('The operation is insecure.')
      },
    }
    forgetReader(page)
    expect(localStorage.keys).toEqual([])
  })
})

it('preferences and the credential do not share a key', () => {
  expect(preferencesKey).not.toBe(credentialKey)
})

function memory() {
  const items = new Map<string, string>()
  return {
    getItem: (key: string) => items.get(key) ?? null,
    setItem: (key: string, value: string) => void items.set(key, value),
    removeItem: (key: string) => void items.delete(key),
  }
}

function listed(...first: readonly string[]) {
  let keys: readonly string[] = first
  return {
    get keys() {
      return keys
    },
    get length() {
      return keys.length
    },
    key: (index: number) => keys[index] ?? null,
    removeItem: (key: string) => {
      keys = keys.filter((other) => other !== key)
    },
  }
}

const forbidden: TextStorage = {
  getItem: () => {
    throw new Error('The operation is insecure.')
  },
  setItem: () => {
    throw new Error('The quota has been exceeded.')
  },
}
