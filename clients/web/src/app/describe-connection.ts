import type { ConnectionState } from '../protocol/hearth-client.ts'

/** What the thin line says. `quiet`: nothing. */
export type ConnectionNotice =
  | { readonly kind: 'quiet' }
  | { readonly kind: 'connecting' | 'reconnecting' | 'offline' }
  | { readonly kind: 'waiting'; readonly seconds: number }
  | { readonly kind: 'refused' }

export interface ConnectionCircumstances {
  /** Epoch milliseconds. */
  readonly now: number
  /** As `navigator.onLine`. */
  readonly hasNetwork: boolean
  /** Since the page was opened. */
  readonly wasOnline: boolean
}

/** A connection that comes within this time needs no words. */
const graceMs = 1000

export function describeConnection(state: ConnectionState, at: ConnectionCircumstances): ConnectionNotice {
  switch (state.status) {
    case 'signed-out':
    case 'online':
    case 'stopped':
      return { kind: 'quiet' }
    case 'refused':
      return { kind: 'refused' }
    case 'connecting':
    case 'waiting':
      return describeAbsence(state, at)
  }
}

type Absence = Extract<ConnectionState, { status: 'connecting' | 'waiting' }>

function describeAbsence(state: Absence, { now, hasNetwork, wasOnline }: ConnectionCircumstances): ConnectionNotice {
  if (!hasNetwork) return { kind: 'offline' }
  if (now - state.since < graceMs) return { kind: 'quiet' }
  const seconds = state.status === 'waiting' ? Math.ceil((state.retryAt - now) / 1000) : 0
  // A wait of a second would flicker between two sentences.
  if (seconds > 1) return { kind: 'waiting', seconds }
  return { kind: wasOnline ? 'reconnecting' : 'connecting' }
}
