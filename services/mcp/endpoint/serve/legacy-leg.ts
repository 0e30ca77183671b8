import { randomUUID } from 'node:crypto'
import { isInitializeRequest } from '@modelcontextprotocol/server'
import { HearthError } from '../../../common/errors/hearth-error.ts'
import type { AudienceHub } from '../audience/audience-hub.ts'
import type { DirectLeg } from '../direct/direct-leg.ts'
import type { EndpointLimits } from '../endpoint-deps.ts'
import { jsonRpcError, requestIdOf } from '../http/json-rpc-answer.ts'
import { protocolErrorOf } from '../requests/refusals.ts'
import type { TokenUsage } from '../requests/token-usage.ts'
import type { ServerParts } from './build-server.ts'
import { LegacySession } from './legacy-session.ts'

export interface LegacyLegDeps {
  readonly parts: ServerParts
  readonly direct: DirectLeg
  readonly usage: TokenUsage
  readonly limits: EndpointLimits
  readonly clock: () => number
}

/** Clients of the revisions with sessions. A session is good for the credential and the address that opened it. */
export class LegacyLeg {
  readonly #deps: LegacyLegDeps
  readonly #sessions = new Map<string, LegacySession>()

  constructor(deps: LegacyLegDeps) {
    this.#deps = deps
  }

  async serve(hub: AudienceHub, request: Request, body: unknown): Promise<Response> {
    const id = request.headers.get('mcp-session-id')
    if (id === null) return this.#withoutSession(hub, request, body)
    return (await this.sessionOf(hub, id)?.serve(request, body)) ?? sessionNotFound()
  }

  /** Nobody learns that a session of somebody else is there. */
  sessionOf(hub: AudienceHub, id: string): LegacySession | undefined {
    const session = this.#sessions.get(id)
    return session?.hub === hub ? session : undefined
  }

  /** Ends what nobody has used for too long. */
  async sweep(): Promise<void> {
    const { sessionIdleMs } = this.#deps.limits
    const idle = [...this.#sessions.values()].filter(({ idleMs }) => idleMs > sessionIdleMs)
    await Promise.all(idle.map((session) => session.close()))
  }

  async close(): Promise<void> {
    await Promise.all([...this.#sessions.values()].map((session) => session.close()))
  }

  async #withoutSession(hub: AudienceHub, request: Request, body: unknown): Promise<Response> {
    if (request.method !== 'POST') return methodNotAllowed()
    if (!isInitializeRequest(body)) return sessionMissing(body)
    try {
      return await this.#initialize(hub, request, body)
    } catch (error) {
      if (error instanceof HearthError) return jsonRpcError(200, protocolErrorOf(error), requestIdOf(body))
      throw error
    }
  }

  async #initialize(hub: AudienceHub, request: Request, body: unknown): Promise<Response> {
    const slot = await this.#slotFor(hub)
    const { parts, direct, limits, clock } = this.#deps
    // Known before the client is: nothing reaches the session under an id that it has not been told.
    const id = randomUUID()
    const release = (): void => {
      slot[Symbol.dispose]()
      this.#sessions.delete(id)
    }
    const session = await LegacySession.open(hub, { parts, direct, limits, clock, newId: () => id }, release).catch(
      (error) => {
        release()
        throw error
      },
    )
    this.#sessions.set(id, session)
    const response = await session.serve(request, body)
    if (session.id === undefined) await session.close()
    return response
  }

  /** A token that has all its sessions gives up the one that it has not used for longest. */
  async #slotFor(hub: AudienceHub): Promise<Disposable> {
    const { credentialId } = hub.caller.principal
    try {
      return this.#deps.usage.hold(credentialId, 'sessions')
    } catch (error) {
      const idle = [...this.#sessions.values()]
        .filter(({ hub: { caller }, idleMs }) => caller.principal.credentialId === credentialId && idleMs > 0)
        .sort((left, right) => right.idleMs - left.idleMs)
      if (idle[0] === undefined) throw error
      await idle[0].close()
      return this.#deps.usage.hold(credentialId, 'sessions')
    }
  }
}

const sessionNotFound = (): Response =>
  jsonRpcError(404, { code: -32_001, message: 'Session not found', data: undefined })

const sessionMissing = (body: unknown): Response =>
  jsonRpcError(
    400,
    {
      code: -32_000,
      message: 'Bad Request: no Mcp-Session-Id; begin with initialize or server/discover',
      data: undefined,
    },
    requestIdOf(body),
  )

function methodNotAllowed(): Response {
  const response = jsonRpcError(405, { code: -32_000, message: 'Method not allowed.', data: undefined })
  response.headers.set('Allow', 'POST')
  return response
}
