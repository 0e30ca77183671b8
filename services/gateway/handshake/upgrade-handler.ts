import type { IncomingMessage } from 'node:http'
import type { Duplex } from 'node:stream'
import { WebSocketServer } from 'ws'
import type { Identity } from '../../common/contracts/identity.ts'
import { protocolLimits, protocolName } from '../../common/contracts/protocol/limits.ts'
import type { Snapshot } from '../../common/contracts/settings.ts'
import { HearthError, toHearthError } from '../../common/errors/hearth-error.ts'
import type { HostPolicy } from '../../common/http/host-guard.ts'
import { abortable } from '../../common/lifecycle/abortable.ts'
import type { Logger } from '../../common/telemetry/logger.ts'
import { requireChat } from '../session/greet.ts'
import { Membership } from '../session/membership.ts'
import type { Arrival } from '../session/session-deps.ts'
import type { Admission, Slot } from './admission.ts'
import { clientAddress } from './client-address.ts'
import { judgeUpgrade, type UpgradeVerdict, upgradeFacts } from './judge-upgrade.ts'
import { refuseUpgrade } from './refuse-upgrade.ts'

export interface UpgradeHandlerDeps {
  readonly identity: Identity
  readonly snapshot: () => Snapshot | undefined
  readonly clock: () => number
  readonly elapsed: () => number
  readonly log: Logger
  readonly admission: Admission
  readonly hostPolicy: HostPolicy
  readonly trustedProxies: readonly string[]
  /** How long the check of a token may take, milliseconds. */
  readonly authenticateMs: number
  readonly isDraining: () => boolean
  readonly onArrival: (arrival: Arrival) => void
}

/** Values for ws 8.23; `closeTimeout` (milliseconds) is missing in its types. Memory per socket stays under 0.5 MB. */
const socketOptions = {
  noServer: true,
  clientTracking: false,
  perMessageDeflate: false,
  maxPayload: protocolLimits.textFrameBytes + protocolLimits.binaryHeaderBytes,
  maxFragments: 256,
  maxBufferedChunks: 1024,
  closeTimeout: 2000,
  handleProtocols: (): string => protocolName,
}

/** Makes WebSockets of upgrade requests that may become one; all others get a problem document. */
export class UpgradeHandler {
  readonly #deps: UpgradeHandlerDeps
  readonly #upgrades = new WebSocketServer(socketOptions)

  constructor(deps: UpgradeHandlerDeps) {
    this.#deps = deps
  }

  /** Never throws; the socket is owned from here on. */
  handle(request: IncomingMessage, socket: Duplex, head: Buffer): void {
    socket.on('error', () => socket.destroy())
    this.#admit(request, socket, head).catch((error: unknown) => {
      const known = toHearthError(error)
      if (known.code === 'gateway_internal') this.#deps.log.error({ err: error }, 'handshake failed')
      refuseUpgrade(socket, { error: known })
    })
  }

  async #admit(request: IncomingMessage, socket: Duplex, head: Buffer): Promise<void> {
    const verdict = this.#judge(request)
    if (verdict.status === 'refused') return refuseUpgrade(socket, verdict.refusal)
    const slot = this.#enter(request, socket, verdict.token !== undefined)
    const membership = new Membership({ ...this.#deps, slot })
    if (verdict.token !== undefined) await this.#authenticate(verdict.token, membership, socket)
    if (this.#deps.isDraining()) throw new HearthError('gateway_draining', 'The server stops; come back later.')
    this.#upgrades.handleUpgrade(request, socket, head, (webSocket) => {
      this.#deps.onArrival({ membership, socket: webSocket, raw: socket })
    })
  }

  #judge(request: IncomingMessage): UpgradeVerdict {
    return judgeUpgrade(upgradeFacts(request), {
      hostPolicy: this.#deps.hostPolicy,
      isDraining: this.#deps.isDraining(),
      hasSettings: this.#deps.snapshot() !== undefined,
    })
  }

  #enter({ socket: peer, headers }: IncomingMessage, socket: Duplex, bringsToken: boolean): Slot {
    const forwardedFor = [headers['x-forwarded-for']].flat().join(',')
    const address = clientAddress(peer.remoteAddress, forwardedFor, this.#deps.trustedProxies)
    const slot = this.#deps.admission.enter({ address, bringsToken })
    socket.once('close', slot.release)
    return slot
  }

  /** Gives up when the client goes away or the check takes too long. */
  async #authenticate(token: string, membership: Membership, socket: Duplex): Promise<void> {
    const over = new AbortController()
    const late = new HearthError('store_unavailable', 'The token could not be checked in time; try again.')
    const timer = setTimeout(() => over.abort(late), this.#deps.authenticateMs)
    const onClose = (): void => over.abort(late)
    socket.once('close', onClose)
    try {
      const principal = await abortable(this.#deps.identity.authenticate(token, over.signal), over.signal)
      requireChat(principal)
      membership.adopt(principal)
    } finally {
      clearTimeout(timer)
      socket.off('close', onClose)
    }
  }
}
