import type { AnswerState } from '../../../../clients/web/src/protocol/answer-state.ts'
import {
  createHearthClient,
  type HearthClientOptions,
} from '../../../../clients/web/src/protocol/create-hearth-client.ts'
import type {
  ConnectionState,
  CredentialStore,
  DeviceCredential,
  HearthClient,
  LiveAnswer,
} from '../../../../clients/web/src/protocol/hearth-client.ts'
import { fastClock } from './fast-clock.ts'
import { credential, type ScriptedHouse } from './scripted-house.ts'

export interface Opened extends AsyncDisposable {
  readonly client: HearthClient
  readonly credentials: CredentialStore
  /** Every state of the connection, in order. */
  readonly states: ConnectionState[]
}

/** A credential kept in memory. */
export function memoryStore(initial: DeviceCredential | undefined): CredentialStore {
  let kept = initial
  return {
    read: () => kept,
    write: (next) => {
      kept = next
    },
  }
}

/** A client of `url` with a clock that runs ten times as fast; stopped at the end of the test. */
export function openClient(
  url: string,
  options: Partial<HearthClientOptions> & { readonly isPaired?: boolean } = {},
): Opened {
  const { isPaired = true, ...more } = options
  const credentials = memoryStore(isPaired ? credential : undefined)
  const client = createHearthClient({
    url,
    credentials,
    client: { name: 'test', version: '1', platform: 'node' },
    clock: fastClock(10),
    ...more,
  })
  const states: ConnectionState[] = []
  client.on('connection', (state) => states.push(state))
  return {
    client,
    credentials,
    states,
    [Symbol.asyncDispose]: async () => client.stop(),
  }
}

/** A started client and the house's end of its connection. */
export async function connected(house: ScriptedHouse, options: Partial<HearthClientOptions> = {}) {
  const opened = openClient(house.url, options)
  opened.client.start()
  const peer = await house.peer(0)
  await untilStatus(opened.client, 'online')
  return { ...opened, peer }
}

export async function untilStatus<Status extends ConnectionState['status']>(
  client: HearthClient,
  status: Status,
): Promise<Extract<ConnectionState, { status: Status }>> {
  const isThere = (state: ConnectionState): state is Extract<ConnectionState, { status: Status }> =>
    state.status === status
  const { promise, resolve } = Promise.withResolvers<Extract<ConnectionState, { status: Status }>>()
  const look = (state: ConnectionState): void => {
    if (isThere(state)) resolve(state)
  }
  const stop = client.on('connection', look)
  look(client.connection)
  return promise.finally(stop)
}

/** Waits for a state of an answer; the test's time-out ends it. */
export async function untilState(answer: LiveAnswer, fits: (state: AnswerState) => boolean): Promise<AnswerState> {
  const { promise, resolve } = Promise.withResolvers<AnswerState>()
  const look = (): void => {
    if (fits(answer.state)) resolve(answer.state)
  }
  const stop = answer.onChange(look)
  look()
  return promise.finally(stop)
}

export const textOf = ({ items }: AnswerState): string =>
  items.map((item) => (item.kind === 'text' ? item.text : '')).join('')
