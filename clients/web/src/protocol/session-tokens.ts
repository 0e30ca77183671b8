import type { Clock } from './clock.ts'
import type { CredentialStore, DeviceCredential } from './hearth-client.ts'
import { HearthFailure, notPaired, notUnderstood } from './hearth-failure.ts'
import type { HouseHttp } from './house-http.ts'

export interface SessionTokensDeps {
  readonly http: HouseHttp
  readonly credentials: CredentialStore
  readonly clock: Clock
}

interface Held {
  readonly token: string
  readonly deviceId: string
  /** From here on another one is fetched before it is used. Epoch milliseconds. */
  readonly staleAt: number
}

/** A token is used for this part of its life. */
const usedPart = 0.8

/** Short-lived tokens of this device, each fetched once for all who need one. */
export class SessionTokens {
  readonly #deps: SessionTokensDeps
  #held: Held | undefined
  #fetching: { readonly deviceId: string; readonly held: Promise<Held> } | undefined

  constructor(deps: SessionTokensDeps) {
    this.#deps = deps
  }

  /** One that lasts. @throws HearthFailure; `policy_unauthenticated`: the device is not, or no longer, of the house. */
  async take(): Promise<string> {
    const credential = this.#credential()
    const { clock } = this.#deps
    const held = this.#held?.deviceId === credential.deviceId ? this.#held : undefined
    if (held !== undefined && clock.now() < held.staleAt) return held.token
    return (await this.#fetch(credential)).token
  }

  /** Another one than `spent`, which the house refused or which ends soon. @throws as `take`. */
  async replace(spent: string | undefined): Promise<string> {
    if (this.#held?.token === spent) this.#held = undefined
    return this.take()
  }

  #credential(): DeviceCredential {
    const credential = this.#deps.credentials.read()
    if (credential === undefined) throw new HearthFailure(notPaired())
    return credential
  }

  #fetch(credential: DeviceCredential): Promise<Held> {
    const { deviceId } = credential
    if (this.#fetching?.deviceId === deviceId) return this.#fetching.held
    const held = this.#ask(credential).finally(() => {
      if (this.#fetching?.held === held) this.#fetching = undefined
    })
    this.#fetching = { deviceId, held }
    return held
  }

  async #ask({ deviceId, deviceSecret }: DeviceCredential): Promise<Held> {
    const { http, clock, credentials } = this.#deps
    const askedAt = clock.now()
    const body = { device_id: deviceId, device_secret: deviceSecret }
    const answer = await http.json({ method: 'POST', path: '/api/v1/sessions', body })
    if (!isSession(answer)) throw new HearthFailure(notUnderstood())
    const held = { token: answer.token, deviceId, staleAt: askedAt + answer.ttl_seconds * 1000 * usedPart }
    if (credentials.read()?.deviceId !== deviceId) throw new HearthFailure(notPaired())
    this.#held = held
    return held
  }
}

const isSession = (value: unknown): value is { readonly token: string; readonly ttl_seconds: number } =>
  typeof value === 'object' &&
  value !== null &&
  'token' in value &&
  typeof value.token === 'string' &&
  'ttl_seconds' in value &&
  typeof value.ttl_seconds === 'number'
