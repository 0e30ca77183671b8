import { Answers } from './answers.ts'
import { type Clock, systemClock } from './clock.ts'
import { type ClientName, Connection } from './connection.ts'
import type {
  ClientEvents,
  ConnectionState,
  CredentialStore,
  Failure,
  HearthClient,
  LiveAnswer,
  LiveRun,
  Question,
} from './hearth-client.ts'
import { HearthFailure, notPaired, notUnderstood, offline } from './hearth-failure.ts'
import { HouseHttp } from './house-http.ts'
import type { HouseSocket, SocketClass } from './house-socket.ts'
import { Listeners } from './listeners.ts'
import { stepLive } from './live-runs.ts'
import type { GreetingMessage, ServerMessage } from './messages.ts'
import { createRest } from './rest.ts'
import type { RestApi } from './rest-api.ts'
import { SessionTokens } from './session-tokens.ts'

export interface HearthClientOptions {
  /** Address of the house, such as `http://127.0.0.1:8080` or the page's own origin. */
  readonly url: string
  readonly credentials: CredentialStore
  readonly client: ClientName
  /** Default: those of the platform. */
  readonly WebSocket?: SocketClass
  readonly fetch?: typeof globalThis.fetch
  readonly clock?: Clock
  /** 0 ≤ random() < 1 */
  readonly random?: () => number
}

/** A client of one house. It does nothing before `start`. @throws TypeError for an `url` that is none. */
export function createHearthClient(options: HearthClientOptions): HearthClient {
  const { clock = systemClock, random = Math.random, credentials, client } = options
  const url = new URL(options.url).origin
  // A browser's fetch must be called as a function of its window.
  const fetch = options.fetch ?? ((input, init) => globalThis.fetch(input, init))
  const http = new HouseHttp({ url, fetch, clock })
  const tokens = new SessionTokens({ http, credentials, clock })
  const parts = { url, client, http, tokens, credentials, clock, random }
  return new Client({ ...parts, WebSocket: options.WebSocket ?? globalThis.WebSocket })
}

interface ClientDeps extends Required<Omit<HearthClientOptions, 'fetch'>> {
  readonly http: HouseHttp
  readonly tokens: SessionTokens
}

/** The house is asked for this long to end a session that the user left already. */
const goodbyeMs = 5000
/** Whoever signs out waits for this long at most, where a token must be fetched to say so to the house. */
const goodbyeTokenMs = 2000

class Client implements HearthClient {
  readonly rest: RestApi
  readonly #deps: ClientDeps
  readonly #connection: Connection
  readonly #answers: Answers
  readonly #listeners: { readonly [Type in keyof ClientEvents]: Listeners<ClientEvents[Type]> } = {
    connection: new Listeners(),
    conversation: new Listeners(),
    resumed: new Listeners(),
  }
  #live: readonly LiveRun[] = []

  constructor(deps: ClientDeps) {
    this.#deps = deps
    this.rest = createRest(deps)
    this.#answers = new Answers(deps)
    this.#connection = new Connection({
      ...deps,
      onState: (state) => this.#settle(state),
      onSession: (socket, greeting) => this.#enter(socket, greeting),
      onLost: () => this.#answers.disconnect(),
      onMessages: (messages) => this.#take(messages),
      onFrame: (frame) => this.#answers.takeFrame(frame),
    })
  }

  get connection(): ConnectionState {
    return this.#connection.state
  }

  get live(): readonly LiveRun[] {
    return this.#live
  }

  start(): void {
    this.#connection.start()
  }

  stop(): void {
    this.#connection.stop()
  }

  wake(): void {
    this.#connection.wake()
  }

  async pair(code: string, deviceName: string): Promise<void> {
    const { http, credentials } = this.#deps
    const body = { code, device_name: deviceName }
    const answer = await http.json({ method: 'POST', path: '/api/v1/pairings/redeem', body })
    if (!isDevice(answer)) throw new HearthFailure(notUnderstood())
    credentials.write({ deviceId: answer.device_id, deviceSecret: answer.device_secret })
    this.#connection.paired()
  }

  async signOut(): Promise<void> {
    const { http } = this.#deps
    // A house that cannot be reached, or knows the device no more, must not keep anybody signed in here.
    const token = await this.#tokenInTime()
    // First here: the house ends the connection together with the credential, and nothing may ask for another token then.
    this.#connection.signOut()
    if (token === undefined) return
    const goodbye = { method: 'DELETE', path: '/api/v1/sessions/current', token, timeoutMs: goodbyeMs } as const
    await http.json(goodbye).catch(() => undefined)
  }

  async #tokenInTime(): Promise<string | undefined> {
    const { tokens, clock } = this.#deps
    const { promise, resolve } = Promise.withResolvers<undefined>()
    const stopTimer = clock.after(goodbyeTokenMs, () => resolve(undefined))
    return Promise.race([tokens.take().catch(() => undefined), promise]).finally(stopTimer)
  }

  ask(question: Question): LiveAnswer {
    return this.#answers.ask(question)
  }

  follow(responseId: string): LiveAnswer {
    return this.#answers.follow(responseId)
  }

  on<Type extends keyof ClientEvents>(type: Type, listener: (event: ClientEvents[Type]) => void): () => void {
    return this.#listeners[type].add(listener)
  }

  #settle(state: ConnectionState): void {
    const failure = closing(state)
    if (failure === undefined) this.#answers.open()
    else this.#answers.close(failure)
    if (state.status === 'signed-out') this.#live = []
    this.#listeners.connection.tell(state)
  }

  #enter(socket: HouseSocket, { live = [] }: GreetingMessage): void {
    this.#live = live.map(({ response_id, conversation }) => ({ responseId: response_id, conversation }))
    this.#answers.connect(socket)
    this.#listeners.resumed.tell({ live: this.#live })
  }

  #take(messages: readonly ServerMessage[]): void {
    this.#answers.take(messages)
    for (const message of messages) {
      if (message.type !== 'conversation.updated') continue
      const { conversation, change, response_id: responseId } = message
      const update = { conversation, change, ...(responseId === undefined ? {} : { responseId }) }
      this.#live = stepLive(this.#live, update)
      this.#listeners.conversation.tell(update)
    }
  }
}

/** Why answers do not go on in this state; undefined where they do, now or later by themselves. */
function closing(state: ConnectionState): Failure | undefined {
  switch (state.status) {
    case 'signed-out':
      return state.reason ?? notPaired()
    case 'refused':
      return state.reason
    case 'stopped':
      return offline()
    default:
      return undefined
  }
}

const isDevice = (value: unknown): value is { readonly device_id: string; readonly device_secret: string } =>
  typeof value === 'object' &&
  value !== null &&
  'device_id' in value &&
  typeof value.device_id === 'string' &&
  'device_secret' in value &&
  typeof value.device_secret === 'string'
