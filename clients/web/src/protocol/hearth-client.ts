import type { AnswerState } from './answer-state.ts'
import type { Failure } from './failure.ts'
import type { RestApi } from './rest-api.ts'

export type { Failure } from './failure.ts'

/**
 * Everything a program needs of a Hearth: one connection that heals by itself, answers as they grow, and the REST API.
 * Knows no DOM: the page uses it, and so can any program under Node.
 */
export interface HearthClient {
  readonly connection: ConnectionState
  readonly rest: RestApi
  /** Answers of the user being given now, here or on another device, as far as this client was told. */
  readonly live: readonly LiveRun[]
  /** Connects, and stays connected until `stop`. Idempotent. Without credentials it waits for `pair`. */
  start(): void
  stop(): void
  /** Makes this program a device of the house. @throws HearthFailure `policy_unauthenticated` (wrong, used or old code), `policy_rate_limited`. */
  pair(code: string, deviceName: string): Promise<void>
  /** Ends this device's credential at the house, as far as it can be reached, and forgets it here. */
  signOut(): Promise<void>
  /** Tries now instead of after the backoff (the window was shown, the network came back). */
  wake(): void
  /**
   * Asks. The answer grows in place; a connection lost meanwhile heals under it, and a question that had not arrived is
   * asked again under the same key, so that it is answered once.
   */
  ask(question: Question): LiveAnswer
  /** Reads an answer that is being given, from its beginning; of this device or another one of the user. */
  follow(responseId: string): LiveAnswer
  on<Type extends keyof ClientEvents>(type: Type, listener: (event: ClientEvents[Type]) => void): () => void
}

/** `since` and `retryAt` are epoch milliseconds. */
export type ConnectionState =
  | { readonly status: 'signed-out'; readonly reason?: Failure }
  | { readonly status: 'connecting'; readonly attempt: number; readonly since: number }
  | {
      readonly status: 'waiting'
      readonly attempt: number
      readonly since: number
      readonly retryAt: number
      readonly reason: Failure
    }
  | { readonly status: 'online'; readonly session: SessionView }
  /** The house refuses for good (version, no right): reload or ask the admin. */
  | { readonly status: 'refused'; readonly reason: Failure }
  | { readonly status: 'stopped' }

export interface SessionView {
  readonly sessionId: string
  readonly serverVersion: string
  readonly profiles: readonly ProfileView[]
  readonly revision: number
}

export interface ProfileView {
  readonly name: string
  readonly description: string
  readonly default: boolean
  readonly modalities: readonly ('text' | 'image')[]
}

export interface ClientEvents {
  readonly connection: ConnectionState
  /** A conversation of the user changed, here or elsewhere. */
  readonly conversation: ConversationUpdate
  /** After every connect: what was pushed before is lost, so read again what is shown. `live` are answers being given now. */
  readonly resumed: { readonly live: readonly LiveRun[] }
}

export interface ConversationUpdate {
  readonly conversation: string
  readonly change: 'created' | 'asked' | 'answered' | 'renamed' | 'removed'
  readonly responseId?: string
}

export interface LiveRun {
  readonly responseId: string
  readonly conversation: string
}

export interface Question {
  readonly profile?: string
  /** Unset: a new one; its id comes with the answer. */
  readonly conversation?: string
  /** Continue after that answer (a branch); null: before the first message of `conversation`. */
  readonly previousResponseId?: string | null
  readonly text: string
  readonly pictures?: readonly PictureFile[]
  readonly modalities?: readonly ('text' | 'image')[]
}

export interface PictureFile {
  readonly mediaType: 'image/png' | 'image/jpeg' | 'image/webp' | 'image/gif'
  readonly bytes: Uint8Array
}

/** An answer that grows. The listener is called once for all that one read of the socket brought. */
export interface LiveAnswer {
  readonly state: AnswerState
  onChange(listener: () => void): () => void
  /** Stops the model; what came so far stays. */
  cancel(): void
  /** Stops reading; the answer goes on at the house. */
  detach(): void
  /** Resolves with the state that changes no more; never rejects: failures are in the state. */
  readonly ended: Promise<AnswerState>
}

/** Where the device's credential is kept. The page: localStorage; a program: what it likes. */
export interface CredentialStore {
  read(): DeviceCredential | undefined
  write(credential: DeviceCredential | undefined): void
}

export interface DeviceCredential {
  readonly deviceId: string
  readonly deviceSecret: string
}
