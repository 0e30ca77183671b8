import type { Registry } from 'prom-client'
import type { SecretSource } from '../../../common/config/secret-source.ts'
import type { Logger } from '../../../common/telemetry/logger.ts'
import type { UpstreamListener, Verdicts } from '../upstream.ts'
import type { SignInDeps } from './sign-in/sign-ins.ts'

export interface UpstreamPoolDeps {
  readonly listener: UpstreamListener
  readonly secrets: SecretSource
  readonly verdicts: Verdicts
  /** Processes that may be starting at the same time. */
  readonly limits: { readonly spawns: number }
  /** May servers that were made through the API start a command? Asked at every start. */
  readonly allowApiCommands: () => boolean
  /** What becomes of calls to a server that is switched off; default: they finish. */
  readonly onDisable?: () => 'finish' | 'cancel'
  /** Absent: nobody signs in at servers that want OAuth with a browser. */
  readonly signIn?: SignInDeps
  /** Working folder of commands, and where the list of our processes is kept. */
  readonly dataDir: string
  readonly log: Logger
  /** Epoch milliseconds. */
  readonly clock: () => number
  readonly metrics: Registry
}
