import type { FastifyRequest } from 'fastify'
import type { Principal } from '../../common/contracts/principal.ts'
import type { Snapshot } from '../../common/contracts/settings.ts'
import type { Order } from './serve-run.ts'

/** An admitted request. */
export interface Asked {
  readonly request: FastifyRequest
  readonly requestId: string
  readonly caller: Principal
  readonly settings: Snapshot
}

/** Reads what a request asks for. @throws HearthError `caller_*` naming the field. */
export type ReadOrder = (asked: Asked) => Order | Promise<Order>
