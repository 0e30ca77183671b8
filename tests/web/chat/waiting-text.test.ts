import { describe, expect, it } from 'vitest'
import { createPreferences } from '../../../clients/web/src/app/preferences.ts'
import { createTranslate } from '../../../clients/web/src/app/translate.ts'
import { de } from '../../../clients/web/src/messages/de.ts'
import { en } from '../../../clients/web/src/messages/en.ts'
import { blockedReason } from '../../../clients/web/src/views/chat/blocked-reason.ts'
import type { HistoryState } from '../../../clients/web/src/views/chat/chat-session.ts'
import { durationText, sizeText } from '../../../clients/web/src/views/chat/units.ts'
import { waitingText } from '../../../clients/web/src/views/chat/waiting-text.ts'

const translateTo = (language: 'en' | 'de') =>
  createTranslate({
    preferences: createPreferences({ getItem: () => JSON.stringify({ language }), setItem: () => {} }),
    browserLanguages: [],
    load: async (name) => (name === 'de' ? de : en),
  })

const target = { for: 'target', progress: undefined, attempt: 1, provider: 'anthropic' } as const

describe('waiting, in words', () => {
  it('names the phase, how far it is and which try it is', async () => {
    const translate = await translateTo('en')
    const say = (part: object) => waitingText({ ...target, phase: 'waiting_first_token', ...part }, true, translate)
    expect(say({})).toBe('Waiting for anthropic')
    expect(say({ attempt: 2 })).toBe('Waiting for anthropic, second try')
    expect(say({ attempt: 3, phase: 'connecting' })).toBe('Connecting to anthropic, third try')
    expect(say({ attempt: 5, phase: 'tool' })).toBe('Using a tool, try 5')
    expect(say({ phase: 'loading_model', progress: 0.404 })).toBe('Loading the model, 40 %')
    expect(say({ phase: 'loading_model' })).toBe('Loading the model')
    expect(say({ phase: 'prompt_eval', progress: 0.5 })).toBe('Reading the question, 50 %')
    expect(say({ phase: undefined, provider: undefined })).toBe('Waiting for the model')
  })

  it('names the place in the lane, and a connection that is not there', async () => {
    const translate = await translateTo('en')
    expect(waitingText({ for: 'lane', position: 1 }, true, translate)).toBe('Waiting for 1 answer in front')
    expect(waitingText({ for: 'lane', position: 3 }, true, translate)).toBe('Waiting for 3 answers in front')
    expect(waitingText({ for: 'lane', position: 0 }, true, translate)).toBe('Next in line')
    expect(waitingText({ for: 'house' }, true, translate)).toBe('Sending…')
    expect(waitingText({ for: 'stop' }, false, translate)).toBe('Stopping…')
    expect(waitingText({ for: 'house' }, false, translate)).toContain('sent by itself')
  })

  it('speaks German too', async () => {
    const say = await translateTo('de')
    expect(waitingText({ ...target, phase: 'loading_model', progress: 0.4, attempt: 2 }, true, say)).toBe(
      'Lädt das Modell, 40 %, zweiter Versuch',
    )
  })
})

describe('a blocked composer', () => {
  const ready = { status: 'ready' } as const

  it('says why, and is not blocked while the connection is made again', async () => {
    const translate = await translateTo('en')
    const say = (status: 'signed-out' | 'stopped' | 'connecting', hasNetwork: boolean) => {
      const connection = status === 'connecting' ? ({ status, attempt: 2, since: 0 } as const) : ({ status } as const)
      return blockedReason({ connection, hasNetwork, history: ready }, translate)
    }
    expect(say('signed-out', true)).toContain('Pair it')
    expect(say('connecting', true)).toBe('')
    expect(say('connecting', false)).toContain('offline')
    const session = { sessionId: 's', serverVersion: '0', profiles: [], revision: 1 }
    expect(
      blockedReason({ connection: { status: 'online', session }, hasNetwork: false, history: ready }, translate),
    ).toBe('')
  })

  it('waits for what was said before', async () => {
    const translate = await translateTo('en')
    const say = (history: HistoryState) =>
      blockedReason(
        { connection: { status: 'connecting', attempt: 1, since: 0 }, hasNetwork: true, history },
        translate,
      )
    const failure = { code: 'client_offline', message: '', retryable: true }
    expect(say({ status: 'loading' })).toContain('Loading')
    expect(say({ status: 'failed', failure })).toContain('could not be loaded')
    expect(say({ status: 'gone' })).not.toBe('')
    expect(say({ status: 'ready' })).toBe('')
  })
})

describe('units', () => {
  it('are written as the language writes them', () => {
    expect(durationText(340, 'en')).toBe('340 ms')
    expect(durationText(4240, 'en')).toBe('4.2 sec')
    expect(durationText(4240, 'de')).toBe('4,2 Sek.')
    expect(durationText(125_000, 'en')).toBe('2 min 5 sec')
    expect(durationText(120_000, 'en')).toBe('2 min')
    expect(sizeText(20_971_520, 'en')).toBe('20 MB')
    expect(sizeText(57_344, 'en')).toBe('56 kB')
  })
})
