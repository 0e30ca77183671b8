import { Listeners } from '../protocol/listeners.ts'

export const languages = ['en', 'de'] as const
export type Language = (typeof languages)[number]

export const themes = ['auto', 'light', 'dark'] as const
export type Theme = (typeof themes)[number]

/** What a person has chosen for this browser. `accentHue`: 0..359. */
export interface PreferenceValues {
  readonly language: 'auto' | Language
  readonly theme: Theme
  readonly accentHue: number
}

export interface Preferences {
  readonly current: PreferenceValues
  change(part: Partial<PreferenceValues>): void
  /** Another window of this browser may have written. */
  reload(): void
  onChange(listener: (values: PreferenceValues) => void): () => void
}

/** Of `localStorage`, what is needed here. */
export interface TextStorage {
  getItem(key: string): string | null
  setItem(key: string, value: string): void
}

export const preferencesKey = 'hearth.preferences'

export const defaultPreferences: PreferenceValues = { language: 'auto', theme: 'auto', accentHue: 45 }

/** A browser that keeps nothing (blocked, full) still gets what is chosen, for as long as the page is open. */
export function createPreferences(storage: TextStorage): Preferences {
  const listeners = new Listeners<PreferenceValues>()
  let current = parsePreferences(readFrom(storage))
  const replace = (next: PreferenceValues) => {
    current = next
    listeners.tell(next)
  }
  return {
    get current() {
      return current
    },
    change: (part) => {
      const next = { ...current, ...part }
      writeTo(storage, JSON.stringify(next))
      replace(next)
    },
    reload: () => replace(parsePreferences(readFrom(storage))),
    onChange: (listener) => listeners.add(listener),
  }
}

/** Field by field: what is missing or unknown (another version wrote it) takes its default. */
export function parsePreferences(text: string | null): PreferenceValues {
  const stored = parseObject(text)
  return {
    language: languages.find((language) => language === stored['language']) ?? defaultPreferences.language,
    theme: themes.find((theme) => theme === stored['theme']) ?? defaultPreferences.theme,
    accentHue: isHue(stored['accentHue']) ? stored['accentHue'] : defaultPreferences.accentHue,
  }
}

/** The first language of the browser that we speak. */
export function languageFor(wish: PreferenceValues['language'], ofBrowser: readonly string[]): Language {
  if (wish !== 'auto') return wish
  const spoken = ofBrowser.map((tag) => languages.find((language) => tag.toLowerCase().split('-')[0] === language))
  return spoken.find((language) => language !== undefined) ?? 'en'
}

function isHue(value: unknown): value is number {
  return typeof value === 'number' && Number.isInteger(value) && value >= 0 && value < 360
}

function parseObject(text: string | null): Readonly<Record<string, unknown>> {
  try {
    const value: unknown = JSON.parse(text ?? '{}')
    return typeof value === 'object' && value !== null ? { ...value } : {}
  } catch {
    return {}
  }
}

function readFrom(storage: TextStorage): string | null {
  try {
    return storage.getItem(preferencesKey)
  } catch {
    return null
  }
}

function writeTo(storage: TextStorage, text: string): void {
  try {
    storage.setItem(preferencesKey, text)
  } catch {
    // The choice holds until the page is left; there is nothing better to do.
  }
}
