import { type HouseServer, type ServerState, serverStates } from './house-shapes.ts'
import type { Wish } from './servers-book.ts'
import type { PlainKey } from './words.ts'

export type Tone = 'ok' | 'busy' | 'warn' | 'danger' | 'quiet'

/** How a server is, in a word and a colour; the word alone says it. */
export interface Condition {
  readonly tone: Tone
  readonly word: PlainKey
  /** One sentence more, for who wants to know what it means. */
  readonly meaning: PlainKey
}

const tones: Readonly<Record<ServerState, Tone>> = {
  off: 'quiet',
  disabled: 'danger',
  cold: 'quiet',
  starting: 'busy',
  ready: 'ok',
  backoff: 'warn',
  open: 'danger',
  unauthorized: 'warn',
}

/** What is switched off is off, whatever its process still does; a server of which nothing is known yet has not started. */
export function conditionOf({ enabled, status }: Pick<HouseServer, 'enabled' | 'status'>): Condition {
  const state = enabled ? stateOf(status?.state) : 'off'
  return { tone: tones[state], word: `state.${state}`, meaning: `meaning.${state}` }
}

const stateOf = (text: string | undefined): ServerState => serverStates.find((state) => state === text) ?? 'cold'

const wishWords = {
  on: 'wish.on',
  off: 'wish.off',
  approve: 'wish.approve',
  restart: 'wish.restart',
  refresh: 'wish.refresh',
  pin: 'wish.save',
  unpin: 'wish.save',
} as const satisfies Readonly<Record<Wish, PlainKey>>

/** What is being waited for. */
export const wishWord = (wish: Wish): PlainKey => wishWords[wish]
