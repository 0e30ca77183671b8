import type { Dictionary, en, Message, MessageKey } from '../messages/en.ts'
import { Listeners } from '../protocol/listeners.ts'
import { type Language, languageFor, type Preferences } from './preferences.ts'

/** The text of a message in the language in use. What stands in braces in the message has to be given, and nothing else. */
export interface Translate {
  <Key extends MessageKey>(key: Key, ...values: ValuesIn<(typeof en)[Key]>): string
  /** For `Intl`. */
  readonly language: Language
  onChange(listener: () => void): () => void
}

type TextOf<Found> = Found extends string ? Found : Found extends { readonly other: infer Other } ? Other : never

type NamesIn<Text> = Text extends `${string}{${infer Name}}${infer Rest}` ? Name | NamesIn<Rest> : never

/** What a message wants to be given. */
export type ValuesIn<Found> = [NamesIn<TextOf<Found>>] extends [never]
  ? []
  : [values: { readonly [Name in NamesIn<TextOf<Found>>]: string | number }]

type Values = Readonly<Record<string, string | number>>

export interface TranslateDeps {
  readonly preferences: Preferences
  /** As `navigator.languages`. */
  readonly browserLanguages: readonly string[]
  readonly load: (language: Language) => Promise<Dictionary>
}

/**
 * Loads the language that is wished for, and another one when the wish changes. One that does not load leaves the one there
 * is, at first English. @throws what `load` throws for that.
 */
export async function createTranslate({ preferences, browserLanguages, load }: TranslateDeps): Promise<Translate> {
  const listeners = new Listeners<void>()
  const wished = () => languageFor(preferences.current.language, browserLanguages)
  let { language, dictionary } = await loadFirst(wished(), load)
  const renew = async () => {
    const next = wished()
    if (next === language) return
    const loaded = await load(next).catch(() => undefined)
    // Whoever clicks fast gets the last choice, not the slowest file.
    if (loaded === undefined || next !== wished()) return
    language = next
    dictionary = loaded
    listeners.tell()
  }
  preferences.onChange(() => void renew())
  const translate = (key: MessageKey, values: Values = {}) => formatMessage(dictionary[key], language, values)
  return Object.defineProperties(translate, {
    language: { get: () => language },
    onChange: { value: (listener: () => void) => listeners.add(listener) },
  }) as unknown as Translate
}

interface Spoken {
  readonly language: Language
  readonly dictionary: Dictionary
}

async function loadFirst(language: Language, load: TranslateDeps['load']): Promise<Spoken> {
  try {
    return { language, dictionary: await load(language) }
  } catch {
    return { language: 'en', dictionary: await load('en') }
  }
}

/** `{count}` decides between the forms of a plural; numbers are written as the language writes them. */
export function formatMessage(message: Message, language: Language, values: Values): string {
  const text = typeof message === 'string' ? message : message[pluralForm(language, values['count'])]
  return text.replaceAll(/\{(\w+)\}/g, (whole, name: string) => {
    const value = values[name]
    if (value === undefined) return whole
    return typeof value === 'number' ? new Intl.NumberFormat(language).format(value) : value
  })
}

function pluralForm(language: Language, count: string | number | undefined): 'one' | 'other' {
  return new Intl.PluralRules(language).select(Number(count)) === 'one' ? 'one' : 'other'
}
