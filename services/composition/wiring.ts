import type { Registry } from 'prom-client'
import type { LoadedConfig } from '../common/config/loaded-config.ts'
import type { Part } from '../common/lifecycle/part.ts'
import type { Readiness } from '../common/lifecycle/readiness.ts'
import type { Logger } from '../common/telemetry/logger.ts'
import type { LiveConfig } from './live-config.ts'
import type { Role } from './roles.ts'

export interface HouseOptions {
  readonly loaded: LoadedConfig
  readonly roles: ReadonlySet<Role>
  readonly log: Logger
  readonly version: string
  /** One fact for the person at the terminal, such as the address. */
  readonly tell: (label: string, value: string) => void
}

/** A composed process: parts in the order they start. */
export interface House {
  readonly parts: readonly Part[]
  readonly readiness: Readiness
}

/** What every wiring step may use. */
export interface Wiring extends HouseOptions {
  readonly live: LiveConfig
  readonly readiness: Readiness
  readonly registry: Registry
}
