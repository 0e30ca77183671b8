import type { BinaryFrame } from './binary-frame.ts'
import type { Clock } from './clock.ts'
import { type Effect, type Machine, type MachineEvent, step } from './connection-machine.ts'
import type { ConnectionState, CredentialStore, SessionView } from './hearth-client.ts'
import { failureOf } from './hearth-failure.ts'
import { HouseSocket, type SocketClass } from './house-socket.ts'
import type { GreetingMessage, ServerMessage } from './messages.ts'
import type { SessionTokens } from './session-tokens.ts'

/** How this program names itself to the house. */
export interface ClientName {
  readonly name: string
  readonly version: string
  readonly platform: string
}

export interface ConnectionDeps {
  /** `http(s)://host:port` */
  readonly url: string
  readonly client: ClientName
  readonly tokens: SessionTokens
  readonly credentials: CredentialStore
  readonly WebSocket: SocketClass
  readonly clock: Clock
  readonly random: () => number
  readonly onState: (state: ConnectionState) => void
  /** The house greeted: messages can be sent to `socket` until `onLost`. */
  readonly onSession: (socket: HouseSocket, greeting: GreetingMessage) => void
  readonly onLost: () => void
  readonly onMessages: (messages: readonly ServerMessage[]) => void
  readonly onFrame: (frame: BinaryFrame) => void
}

/** A session's token is renewed when this part of its time is over. */
const usedPart = 0.8
const refreshAgainMs = 5000

/** The one connection to the house: runs the machine, and owns the socket and the timers it asks for. */
export class Connection {
  readonly #deps: ConnectionDeps
  #machine: Machine = { status: 'stopped' }
  #state: ConnectionState = { status: 'stopped' }
  #socket: HouseSocket | undefined
  /** The one fetch of a token that still matters. */
  #fetch: object | undefined
  #token: string | undefined
  #resume: { readonly session_id: string; readonly token: string } | undefined
  #stopTimer: (() => void) | undefined
  #stopRefresh: (() => void) | undefined

  constructor(deps: ConnectionDeps) {
    this.#deps = deps
  }

  get state(): ConnectionState {
    return this.#state
  }

  start(): void {
    this.#on({ type: 'start', hasCredential: this.#deps.credentials.read() !== undefined })
  }

  stop(): void {
    this.#resume = undefined
    this.#on({ type: 'stop' })
  }

  /** There is a credential now. */
  paired(): void {
    this.#resume = undefined
    this.#on({ type: 'paired' })
  }

  signOut(): void {
    this.#resume = undefined
    this.#on({ type: 'sign-out' })
  }

  wake(): void {
    this.#on({ type: 'wake' })
  }

  #on(event: MachineEvent): void {
    const { clock, random } = this.#deps
    const before = this.#machine
    const [machine, effects] = step(before, event, { now: clock.now(), chance: random() })
    this.#machine = machine
    if (before.status === 'online' && machine.status !== 'online') this.#leaveSession()
    for (const effect of effects) this.#do(effect)
    if (machine === before || this.#machine !== machine) return
    this.#state = shown(machine)
    this.#deps.onState(this.#state)
  }

  #do(effect: Effect): void {
    switch (effect.do) {
      case 'fetch-token':
        void this.#fetchToken(effect.renew)
        break
      case 'open':
        this.#open()
        break
      case 'close':
        this.#socket?.close()
        this.#socket = undefined
        break
      case 'wait':
        this.#stopTimer?.()
        this.#stopTimer = this.#deps.clock.after(effect.ms, () => this.#on({ type: 'timer' }))
        break
      case 'stop-waiting':
        this.#stopTimer?.()
        break
      case 'forget-device':
        this.#deps.credentials.write(undefined)
        break
      case 'probe':
        this.#socket?.probe()
    }
  }

  async #fetchToken(renew: boolean): Promise<void> {
    const { tokens } = this.#deps
    const fetch = {}
    this.#fetch = fetch
    try {
      const token = await (renew ? tokens.replace(this.#token) : tokens.take())
      if (this.#fetch !== fetch) return
      this.#token = token
      this.#on({ type: 'token' })
    } catch (error) {
      if (this.#fetch !== fetch) return
      const reason = failureOf(error)
      this.#on({ type: reason.code === 'policy_unauthenticated' ? 'device-refused' : 'token-failed', reason })
    }
  }

  #open(): void {
    const { url, WebSocket, clock, onFrame } = this.#deps
    const socket: HouseSocket = new HouseSocket({
      url: `${url.replace(/^http/, 'ws')}/v1/ws`,
      WebSocket,
      clock,
      onOpen: () => this.#hello(socket),
      onMessages: (messages) => this.#take(socket, messages),
      onFrame,
      onClosed: (code, reason) => {
        this.#socket = undefined
        this.#on({ type: 'closed', code, reason })
      },
    })
    this.#socket = socket
  }

  #hello(socket: HouseSocket): void {
    socket.send({
      type: 'session.hello',
      client: this.#deps.client,
      features: ['binary', 'reasoning', 'tools', 'conversations'],
      ...(this.#token === undefined ? {} : { auth: this.#token }),
      ...(this.#resume === undefined ? {} : { resume: this.#resume }),
    })
  }

  #take(socket: HouseSocket, messages: readonly ServerMessage[]): void {
    for (const message of messages) {
      if (message.type === 'session.created' || message.type === 'session.updated') this.#greet(socket, message)
      else if (message.type === 'session.draining')
        this.#on({ type: 'draining', reconnectInMs: message.reconnect_in_ms })
    }
    this.#deps.onMessages(messages)
  }

  #greet(socket: HouseSocket, greeting: GreetingMessage): void {
    this.#resume = { session_id: greeting.session_id, token: greeting.resume_token }
    this.#on({ type: 'greeted', session: sessionView(greeting) })
    this.#refreshIn(socket, greeting)
    if (greeting.type === 'session.created') this.#deps.onSession(socket, greeting)
  }

  #leaveSession(): void {
    this.#stopRefresh?.()
    this.#deps.onLost()
  }

  #refreshIn(socket: HouseSocket, { ttl_seconds }: GreetingMessage): void {
    this.#stopRefresh?.()
    if (ttl_seconds === null) return
    this.#refreshAfter(socket, Math.max(1000, ttl_seconds * 1000 * usedPart))
  }

  #refreshAfter(socket: HouseSocket, ms: number): void {
    this.#stopRefresh = this.#deps.clock.after(ms, () => void this.#refresh(socket))
  }

  /** A new token for the same session; if there is none in time, the house ends it with 4401 and the machine goes on. */
  async #refresh(socket: HouseSocket): Promise<void> {
    try {
      this.#token = await this.#deps.tokens.replace(this.#token)
      if (this.#socket === socket) socket.send({ type: 'session.refresh', event_id: 'refresh', auth: this.#token })
    } catch {
      if (this.#socket === socket && socket.isOpen) this.#refreshAfter(socket, refreshAgainMs)
    }
  }
}

function shown(machine: Machine): ConnectionState {
  switch (machine.status) {
    case 'stopped':
    case 'refused':
      return machine
    case 'signed-out':
      return { status: 'signed-out', ...(machine.reason === undefined ? {} : { reason: machine.reason }) }
    case 'authorizing':
    case 'opening':
      return { status: 'connecting', attempt: machine.attempt, since: machine.since }
    case 'waiting': {
      const { attempt, since, retryAt, reason } = machine
      return { status: 'waiting', attempt, since, retryAt, reason }
    }
    case 'online':
      return { status: 'online', session: machine.session }
  }
}

const sessionView = ({ session_id, server, profiles, revision }: GreetingMessage): SessionView => ({
  sessionId: session_id,
  serverVersion: server.version,
  profiles,
  revision,
})
