import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import type { FastifyInstance } from 'fastify'
import type { Registry } from 'prom-client'
import { WebSocket } from 'ws'
import { MemoryBus } from '../../services/common/bus/memory-bus.ts'
import { configSchema } from '../../services/common/config/config-schema.ts'
import type { Identity } from '../../services/common/contracts/identity.ts'
import { modelProfileSpec } from '../../services/common/contracts/model-profile.ts'
import type { Principal } from '../../services/common/contracts/principal.ts'
import { isServerMessageType, serverMessages } from '../../services/common/contracts/protocol/server-messages.ts'
import type { Router } from '../../services/common/contracts/router.ts'
import type { Snapshot } from '../../services/common/contracts/settings.ts'
import { userSpec } from '../../services/common/contracts/user.ts'
import { createHttpServer } from '../../services/common/http/http-server.ts'
import type { Logger } from '../../services/common/telemetry/logger.ts'
import { FakeHistory } from '../../services/common/testing/fake-history.ts'
import { FakeIdentity } from '../../services/common/testing/fake-identity.ts'
import { type FakeRouter, fakeRouter } from '../../services/common/testing/fake-router.ts'
import { createGateway, type Gateway } from '../../services/gateway/gateway.ts'
import type { GatewayLimits } from '../../services/gateway/gateway-limits.ts'
import type { ApiLimits } from '../../services/gateway/openai-api/api-limits.ts'

export const adminToken = 'hearth_admin_0123456789'
export const guestToken = 'hearth_guest_0123456789'
export const readerToken = 'hearth_reader_0123456789'
export const otherAdminToken = 'hearth_admin_second_token'

export const admin: Principal = {
  id: 'user:admin',
  user: 'admin',
  role: 'admin',
  scopes: ['admin'],
  credentialId: 'tok_admin',
}
const guest: Principal = { id: 'user:guest', user: 'guest', role: 'guest', scopes: ['chat'], credentialId: 'tok_guest' }
const reader: Principal = { id: 'token:tok_reader', role: 'member', scopes: ['read'], credentialId: 'tok_reader' }

const meta = { origin: 'api', revision: 1, created_at: 0, updated_at: 0 } as const
const demo = { adapter: 'demo', connection: 'default', model: 'demo' } as const

export function baseSnapshot(): Snapshot {
  return {
    epoch: 'epoch-1',
    revision: 7,
    profiles: [
      {
        ...modelProfileSpec.parse({ targets: [demo], default: true, description: 'Everyday help' }),
        ...meta,
        name: 'assistant',
      },
      {
        ...modelProfileSpec.parse({ targets: [demo], modalities: ['text', 'image'], image: demo }),
        ...meta,
        name: 'demo',
      },
      {
        ...modelProfileSpec.parse({ targets: [demo], access: { roles: [], users: ['guest'] } }),
        ...meta,
        name: 'for-guest',
      },
    ],
    users: [
      { ...userSpec.parse({ role: 'admin', default_profile: 'demo' }), ...meta, name: 'admin' },
      { ...userSpec.parse({ role: 'guest' }), ...meta, name: 'guest' },
    ],
    credentials: [admin, guest, reader].map(({ credentialId, role, scopes, user }) => ({
      id: credentialId,
      role,
      scopes,
      ...(user === undefined ? {} : { user }),
    })),
  }
}

/** The mirror of the settings, as the gateway sees it. */
export class SettingsStub {
  #snapshot: Snapshot | undefined
  readonly #listeners = new Set<(snapshot: Snapshot) => void>()

  constructor(initial: Snapshot | undefined) {
    this.#snapshot = initial
  }

  current(): Snapshot | undefined {
    return this.#snapshot
  }

  onSwap(listener: (snapshot: Snapshot) => void, signal: AbortSignal): void {
    this.#listeners.add(listener)
    signal.addEventListener('abort', () => this.#listeners.delete(listener), { once: true })
  }

  swap(next: Partial<Snapshot>): void {
    this.#snapshot = { ...(this.#snapshot ?? baseSnapshot()), ...next }
    for (const listener of this.#listeners) listener(this.#snapshot)
  }

  get listeners(): number {
    return this.#listeners.size
  }
}

export interface LogLine {
  readonly level: string
  readonly text: string
}

/** A logger that keeps what it is told. */
function recordingLog(lines: LogLine[]): Logger {
  const at =
    (level: string) =>
    (...parts: readonly unknown[]): void =>
      void lines.push({ level, text: parts.map((part) => JSON.stringify(part, errorsToo)).join(' ') })
  const log = {
    trace: at('trace'),
    debug: at('debug'),
    info: at('info'),
    warn: at('warn'),
    error: at('error'),
    fatal: at('fatal'),
    silent: () => undefined,
    level: 'trace',
    child: () => log,
  }
  return log as unknown as Logger
}

const errorsToo = (_key: string, value: unknown): unknown =>
  value instanceof Error ? { message: value.message, stack: value.stack, cause: value.cause } : value

export interface HarnessOptions {
  readonly router?: Router
  readonly identity?: Identity
  readonly snapshot?: Snapshot | null
  readonly limits?: Partial<GatewayLimits>
  readonly apiLimits?: Partial<ApiLimits>
  readonly config?: Readonly<Record<string, unknown>>
  readonly metrics?: Registry
  readonly clock?: () => number
}

export interface Harness extends AsyncDisposable {
  readonly gateway: Gateway
  readonly app: FastifyInstance
  readonly port: number
  readonly url: string
  readonly router: FakeRouter
  readonly identity: FakeIdentity
  readonly history: FakeHistory
  readonly settings: SettingsStub
  readonly bus: MemoryBus
  readonly log: readonly LogLine[]
  /** Sends hello with the admin token and waits for session.created. */
  open(token?: string, hello?: Readonly<Record<string, unknown>>): Promise<Client>
  /** Opens without hello. */
  connect(options?: ConnectOptions): Promise<Client>
  stop(deadlineMs?: number): Promise<void>
}

export interface ConnectOptions {
  readonly protocols?: readonly string[]
  readonly headers?: Readonly<Record<string, string>>
}

/** A gateway on a free loopback port with fakes behind it. */
export async function startGateway(options: HarnessOptions = {}): Promise<Harness> {
  const config = configSchema.parse({ gateway: options.config ?? {} }).gateway
  const lines: LogLine[] = []
  const log = recordingLog(lines)
  const router = fakeRouter()
  const identity = new FakeIdentity({
    [adminToken]: admin,
    [guestToken]: guest,
    [readerToken]: reader,
    [otherAdminToken]: { ...admin, credentialId: 'tok_admin_2' },
  })
  const history = new FakeHistory()
  const settings = new SettingsStub(options.snapshot === null ? undefined : (options.snapshot ?? baseSnapshot()))
  const bus = new MemoryBus()
  const gateway = createGateway(
    {
      bus,
      router: options.router ?? router,
      identity: options.identity ?? identity,
      history,
      settings,
      clock: options.clock ?? Date.now,
      log,
      version: '0.0.0-test',
      limits: { sweepMs: 20, ...options.limits },
      apiLimits: options.apiLimits ?? {},
      ...(options.metrics === undefined ? {} : { metrics: options.metrics }),
    },
    config,
  )
  const app = createHttpServer({
    hostPolicy: { allowedHosts: config.allowed_hosts, allowedOrigins: config.allowed_origins, scheme: 'http' },
    bodyLimitBytes: config.limits.body_bytes,
    log: recordingLog([]),
  })
  gateway.registerRoutes(app)
  gateway.attachTo(app.server)
  await gateway.start(new AbortController().signal)
  await app.listen({ host: '127.0.0.1', port: 0 })
  const { port } = app.server.address() as AddressInfo
  const url = `ws://127.0.0.1:${port}/v1/ws`
  const clients = new Set<Client>()
  const connect = async ({ protocols = ['hearth.v1'], headers = {} }: ConnectOptions = {}): Promise<Client> => {
    const client = new Client(new WebSocket(url, [...protocols], { headers }))
    clients.add(client)
    await client.opened
    return client
  }
  let isStopped = false
  const stop = async (deadlineMs = 3000): Promise<void> => {
    if (isStopped) return
    isStopped = true
    await gateway.stop(AbortSignal.timeout(deadlineMs))
    await app.close()
  }
  return {
    gateway,
    app,
    port,
    url,
    router,
    identity,
    history,
    settings,
    bus,
    log: lines,
    connect,
    open: async (token = adminToken, hello = {}) => {
      const client = await connect()
      client.send({ type: 'session.hello', auth: token, ...hello })
      client.session = await client.next('session.created')
      return client
    },
    stop,
    [Symbol.asyncDispose]: async () => {
      for (const client of clients) client.socket.terminate()
      await stop()
    },
  }
}

export type Message = Readonly<Record<string, unknown>> & { readonly type: string }
export type Received = { readonly text: Message } | { readonly binary: Buffer }

/** A client that checks every text frame against the schema of its type. */
export class Client {
  readonly socket: WebSocket
  readonly received: Received[] = []
  readonly opened: Promise<void>
  readonly closed: Promise<{ readonly code: number; readonly reason: string }>
  /** The session.created that `open` got. */
  session: Message = { type: 'none' }
  readonly #waiters = new Set<() => void>()
  #read = 0

  constructor(socket: WebSocket) {
    this.socket = socket
    this.opened = once(socket, 'open').then(() => undefined)
    this.closed = new Promise((resolve) => {
      socket.once('close', (code, reason) => resolve({ code, reason: reason.toString() }))
    })
    socket.on('error', () => undefined)
    socket.on('message', (data: Buffer, isBinary: boolean) => {
      this.received.push(isBinary ? { binary: data } : { text: checkMessage(JSON.parse(data.toString())) })
      for (const wake of this.#waiters) wake()
    })
    socket.on('close', () => {
      for (const wake of this.#waiters) wake()
    })
  }

  send(message: unknown): void {
    this.socket.send(JSON.stringify(message))
  }

  /** All text messages so far. */
  texts(): readonly Message[] {
    return this.received.flatMap((frame) => ('text' in frame ? [frame.text] : []))
  }

  /** The next message of a type after those that `next` gave out before; fails when the socket closes. */
  async next(type: string, matches: (message: Message) => boolean = () => true): Promise<Message> {
    const found = await this.until(() => {
      while (this.#read < this.received.length) {
        const frame = this.received[this.#read]
        this.#read += 1
        if (frame !== undefined && 'text' in frame && frame.text.type === type && matches(frame.text)) return frame.text
      }
      return undefined
    })
    if (found === undefined)
      throw new Error(
        `the socket closed before ${type}; got ${this.texts()
          .map((text) => text.type)
          .join(', ')}`,
      )
    return found
  }

  /** Waits until `look` finds something; undefined when the socket closes first. */
  async until<Value>(look: () => Value | undefined): Promise<Value | undefined> {
    for (;;) {
      const found = look()
      if (found !== undefined || this.socket.readyState === WebSocket.CLOSED) return found
      const change = Promise.withResolvers<void>()
      this.#waiters.add(change.resolve)
      await change.promise
      this.#waiters.delete(change.resolve)
    }
  }
}

/** Throws when a message has a field its schema does not know, or lacks one. */
function checkMessage(message: Message): Message {
  if (!isServerMessageType(message.type)) throw new Error(`unknown message type ${message.type}`)
  const parsed = serverMessages[message.type].parse(message)
  if (!isDeepEqual(parsed, message)) throw new Error(`unknown field in ${JSON.stringify(message).slice(0, 1000)}`)
  return message
}

const isDeepEqual = (left: unknown, right: unknown): boolean => canonical(left) === canonical(right)

const canonical = (value: unknown): string =>
  JSON.stringify(value, (_key, inner: unknown) =>
    typeof inner === 'object' && inner !== null && !Array.isArray(inner)
      ? Object.fromEntries(Object.entries(inner).sort(([left], [right]) => (left < right ? -1 : 1)))
      : inner,
  )
