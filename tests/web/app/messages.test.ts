import { describe, expect, it } from 'vitest'
import { errorText } from '../../../clients/web/src/app/error-text.ts'
import { createPreferences } from '../../../clients/web/src/app/preferences.ts'
import { createTranslate, formatMessage } from '../../../clients/web/src/app/translate.ts'
import { de } from '../../../clients/web/src/messages/de.ts'
import { type Dictionary, en, type Message } from '../../../clients/web/src/messages/en.ts'
import { errorTable } from '../../../services/common/errors/error-table.ts'

const dictionaries: Readonly<Record<'en' | 'de', Dictionary>> = { en, de }

describe('messages', () => {
  it('English and German have the same keys in the same order', () => {
    expect(Object.keys(de)).toEqual(Object.keys(en))
  })

  it('every message has the same names in braces in both languages, and is not empty', () => {
    const german: Readonly<Record<string, Message>> = de
    const different = Object.entries(en).filter(([key, message]) => {
      const other = german[key]
      return other === undefined || other === '' || namesIn(message).join() !== namesIn(other).join()
    })
    expect(different).toEqual([])
  })

  it('every code of the house has a sentence that ends as one', () => {
    const sentences: Readonly<Record<string, Message>> = en
    const missing = Object.keys(errorTable).filter((code) => !/[.]$/.test(String(sentences[`error.${code}`])))
    expect(missing).toEqual([])
  })

  it('counts in the forms of the language, and writes numbers as it does', () => {
    const message = { one: '{count} day', other: '{count} days' }
    expect(formatMessage(message, 'en', { count: 1 })).toBe('1 day')
    expect(formatMessage(message, 'en', { count: 0 })).toBe('0 days')
    expect(formatMessage(message, 'en', { count: 12345 })).toBe('12,345 days')
    expect(formatMessage(message, 'de', { count: 12345 })).toBe('12.345 days')
  })

  it('puts values in as they are, never twice', () => {
    expect(formatMessage('{a} {b}', 'en', { a: '{b} $&', b: 'x' })).toBe('{b} $& x')
  })
})

describe('translate', () => {
  it('changes the language when the wish changes, and says so', async () => {
    const { preferences, translate } = await speaking(['de-DE'])
    expect([translate.language, translate('app.settings')]).toEqual(['de', 'Einstellungen'])
    const changed = new Promise<void>((resolve) => translate.onChange(resolve))
    preferences.change({ language: 'en' })
    await changed
    expect([translate.language, translate('app.settings')]).toEqual(['en', 'Settings'])
  })

  it('speaks English when the language that is wished for does not load', async () => {
    const preferences = createPreferences({ getItem: () => null, setItem: () => {} })
    const load = async (language: 'en' | 'de') => {
      if (language === 'de') throw new TypeError('Failed to fetch dynamically imported module')
      return en
    }
    const translate = await createTranslate({ preferences, browserLanguages: ['de-DE'], load })
    expect([translate.language, translate('app.settings')]).toEqual(['en', 'Settings'])
  })

  it('of two wishes in a row the last one counts, even when its text comes first', async () => {
    const german = Promise.withResolvers<void>()
    const preferences = createPreferences({ getItem: () => null, setItem: () => {} })
    const load = async (language: 'en' | 'de') => {
      if (language === 'de') await german.promise
      return dictionaries[language]
    }
    const translate = await createTranslate({ preferences, browserLanguages: ['en'], load })
    preferences.change({ language: 'de' })
    preferences.change({ language: 'en' })
    german.resolve()
    await new Promise((resolve) => setImmediate(resolve))
    expect(translate('app.settings')).toBe('Settings')
  })
})

describe('errors as sentences', () => {
  it('a known code is told in the language of the reader, with how long to wait', async () => {
    const { translate } = await speaking(['de'])
    const failure = { code: 'policy_rate_limited', message: 'Too many.', retryable: true, retryAfterMs: 4200 }
    expect(errorText(failure, translate)).toBe(
      'Das war zu viel auf einmal. Warte kurz und versuche es wieder. Versuche es in 5 Sekunden wieder.',
    )
  })

  it.each(['gateway_of_tomorrow', 'details', 'constructor', ''])(
    'an unknown code (%j) keeps the words of the house',
    async (code) => {
      const { translate } = await speaking(['en'])
      expect(errorText({ code, message: 'Turn it off and on.', retryable: false }, translate)).toBe(
        'Turn it off and on.',
      )
      expect(errorText({ code, message: '', retryable: false }, translate)).toBe(en['error.unknown'])
    },
  )
})

async function speaking(browserLanguages: readonly string[]) {
  const preferences = createPreferences({ getItem: () => null, setItem: () => {} })
  const translate = await createTranslate({
    preferences,
    browserLanguages,
    load: async (language) => dictionaries[language],
  })
  return { preferences, translate }
}

function namesIn(message: Message): readonly string[] {
  const text = typeof message === 'string' ? message : message.other
  return [...text.matchAll(/\{(\w+)\}/g)].map(([, name = '']) => name).toSorted()
}
