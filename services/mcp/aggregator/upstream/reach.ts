import { createHash } from 'node:crypto'
import type { McpServer } from '../../../common/contracts/mcp-server.ts'

/** Names how an upstream is reached: when it changes, what runs belongs to another configuration. Hex. */
export function reachHash(server: McpServer): string {
  const { command, args, env, cwd, sandbox, url, transport, headers, oauth, egress, image } = server
  const reach = [
    command,
    args,
    sorted(env),
    cwd,
    sandbox,
    url,
    transport,
    sorted(headers),
    sorted(oauth),
    egress,
    image,
  ]
  return createHash('sha256').update(JSON.stringify(reach)).digest('hex')
}

const sorted = (map: object | undefined): unknown =>
  map === undefined ? undefined : Object.entries(map).sort(([a], [b]) => (a < b ? -1 : 1))
