import { parseArgs } from 'node:util'
import type { Config } from '../common/config/config-schema.ts'
import { HearthError } from '../common/errors/hearth-error.ts'

export const allRoles = ['gateway', 'router', 'adapters', 'mcp'] as const
export type Role = (typeof allRoles)[number]

const isRole = (name: string): name is Role => (allRoles as readonly string[]).includes(name)

/** `--roles gateway,mcp`; without it, all. @throws HearthError `caller_invalid_request`. */
export function parseRoles(argv: readonly string[]): ReadonlySet<Role> {
  const { values } = readArguments(argv)
  const names = values.roles?.split(',').map((name) => name.trim()) ?? [...allRoles]
  const unknown = names.find((name) => !isRole(name))
  if (unknown !== undefined) throw usage(`unknown role "${unknown}"`)
  return new Set(names.filter(isRole))
}

function readArguments(argv: readonly string[]): { values: { roles?: string | undefined } } {
  try {
    return parseArgs({ args: [...argv], options: { roles: { type: 'string' } }, strict: true })
  } catch (error) {
    throw usage(error instanceof Error ? error.message : String(error))
  }
}

const usage = (problem: string): HearthError =>
  new HearthError('caller_invalid_request', `${problem}. Usage: npm start -- [--roles ${allRoles.join(',')}]`)

export interface Wiring {
  readonly roles: ReadonlySet<Role>
  readonly config: Config
  /** `HEARTH_CLUSTER_TOKEN`. */
  readonly clusterToken: string | undefined
}

/** What this process must reach elsewhere: a role it needs and does not run. */
const needs: Readonly<Record<Role, readonly Exclude<Role, 'gateway'>[]>> = {
  gateway: ['router', 'mcp'],
  router: ['adapters', 'mcp'],
  adapters: [],
  mcp: [],
}

/** Everything that is missing for this set of roles, as sentences; empty when they can start. */
export function wiringProblems({ roles, config, clusterToken }: Wiring): readonly string[] {
  const remote = remoteRoles(roles)
  const unreachable = remote
    .filter((role) => config.endpoints[role] === null)
    .map((role) => `endpoints.${role} is not set: say where the ${role} role runs, such as ${example(role)}.`)
  const isAlone = allRoles.every((role) => roles.has(role))
  const unguarded =
    isAlone || clusterToken !== undefined
      ? []
      : [
          'HEARTH_CLUSTER_TOKEN is not set: roles in different processes authenticate to each other with it; give all the same secret.',
        ]
  return [...unreachable, ...unguarded]
}

function remoteRoles(roles: ReadonlySet<Role>): readonly Exclude<Role, 'gateway'>[] {
  const wanted = new Set([...roles].flatMap((role) => needs[role]))
  return [...wanted].filter((role) => !roles.has(role))
}

const example = (role: Exclude<Role, 'gateway'>): string =>
  ({
    router: 'HEARTH_ENDPOINTS__ROUTER=127.0.0.1:50051',
    adapters: 'HEARTH_ENDPOINTS__ADAPTERS=127.0.0.1:50052',
    mcp: 'HEARTH_ENDPOINTS__MCP=http://127.0.0.1:8080',
  })[role]
