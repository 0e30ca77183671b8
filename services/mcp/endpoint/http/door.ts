import type { ServerResponse } from 'node:http'
import type { FastifyReply, FastifyRequest } from 'fastify'
import type { Principal } from '../../../common/contracts/principal.ts'
import { HearthError } from '../../../common/errors/hearth-error.ts'
import { bearerToken } from '../../api/access.ts'
import type { McpEndpointDeps } from '../endpoint-deps.ts'
import { baseUrlOf, challengeOf, metadataPath } from './resource-metadata.ts'

export interface Visitor {
  readonly principal: Principal
  /** Aborts when the answer has ended, the client is gone, or the token that it came with ends. */
  readonly signal: AbortSignal
}

/** Lets in who has a token of Hearth, on every request. */
export class Door {
  readonly #deps: Pick<McpEndpointDeps, 'identity' | 'clock' | 'publicUrl'>
  readonly #visitors = new WeakMap<FastifyRequest, Visitor>()
  /** Why a request is over; one for all, as each made anew would cost more than the rest of a request. */
  readonly #over = new HearthError('caller_cancelled', 'The client is gone.')

  constructor(deps: Pick<McpEndpointDeps, 'identity' | 'clock' | 'publicUrl'>) {
    this.#deps = deps
  }

  /** @throws HearthError `policy_unauthenticated`, with a challenge that says where to learn how to get in; `store_unavailable`. */
  async enter(request: FastifyRequest, reply: FastifyReply): Promise<void> {
    const { authorization } = request.headers
    const life = this.#lifeOf(reply.raw)
    try {
      const principal = await this.#deps.identity.authenticate(bearerToken(authorization), life.signal)
      this.#endWith(principal, life)
      this.#visitors.set(request, { principal, signal: life.signal })
    } catch (error) {
      if (error instanceof HearthError && error.code === 'policy_unauthenticated') {
        const path = request.url.split('?', 1)[0] ?? ''
        const url = `${baseUrlOf(request, this.#deps.publicUrl)}${metadataPath}${path}`
        reply.header('WWW-Authenticate', challengeOf(url, authorization !== undefined))
      }
      throw error
    }
  }

  visitorOf(request: FastifyRequest): Visitor {
    const visitor = this.#visitors.get(request)
    if (visitor === undefined) throw new Error('served before it was let in')
    return visitor
  }

  #lifeOf(res: ServerResponse): AbortController {
    const life = new AbortController()
    const end = (): void => life.abort(this.#over)
    if (res.destroyed) end()
    else res.once('close', end)
    return life
  }

  #endWith({ expiresAt }: Principal, life: AbortController): void {
    if (expiresAt === undefined) return
    const end = (): void => life.abort(this.#over)
    const timer = setTimeout(end, Math.min(Math.max(0, expiresAt - this.#deps.clock()), longestTimerMs))
    timer.unref()
    life.signal.addEventListener('abort', () => clearTimeout(timer), { once: true })
  }
}

const longestTimerMs = 2 ** 31 - 1
