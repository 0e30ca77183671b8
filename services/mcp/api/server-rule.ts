import { nameOutsideSecrets } from '../../common/config/secret-source.ts'
import type { McpServer, McpServerSpec } from '../../common/contracts/mcp-server.ts'
import type { Principal } from '../../common/contracts/principal.ts'
import { HearthError } from '../../common/errors/hearth-error.ts'
import { hasScope } from './access.ts'

/** A server that starts a command is an admin's, whatever becomes of it. @throws HearthError `policy_access_denied`. */
export function demandServerChange(caller: Principal, current: McpServer): void {
  if (current.command !== undefined && current.origin === 'api') demandAdmin(caller)
}

/**
 * What the API takes of a server beside its schema: commands only where config.yaml lets it and only from admins, since to
 * start a program is to run code as the house; secrets only where they cannot be carried away.
 * @throws HearthError `policy_access_denied`, `caller_invalid_request`.
 */
export function demandServerWrite(caller: Principal, spec: McpServerSpec, allowApiCommands: boolean): void {
  if (spec.command !== undefined) demandCommand(caller, allowApiCommands)
  if (spec.image !== undefined) throw invalid('image', 'is run by the cluster; declare it there.')
  const stray = nameOutsideSecrets(spec)
  if (stray !== undefined) {
    throw invalid(
      stray.key,
      `\${${stray.name}} may stand in env, headers and oauth only, where it is not carried away.`,
    )
  }
}

function demandCommand(caller: Principal, allowApiCommands: boolean): void {
  if (!allowApiCommands) {
    throw new HearthError(
      'policy_access_denied',
      'Servers that start a command are declared in config.yaml, unless mcp.allow_api_commands is true there.',
    )
  }
  demandAdmin(caller)
}

function demandAdmin(caller: Principal): void {
  if (hasScope(caller, ['admin'])) return
  throw new HearthError('policy_access_denied', 'Only an admin may make or change a server that starts a command.')
}

const invalid = (param: string, message: string): HearthError =>
  new HearthError('caller_invalid_request', `${param}: ${message}`, { details: { param } })
