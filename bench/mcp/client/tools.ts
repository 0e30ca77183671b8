import { setTimeout as sleep } from 'node:timers/promises'
import { toolMark } from '../upstream/answer.ts'
import type { McpConnection } from './connection.ts'
import type { Result } from './message.ts'

/** A tool of the bench and the way to it. */
export interface KnownTool {
  readonly connection: McpConnection
  readonly name: string
}

/** Names of the bench's own tools in a list; a gateway may have put something before them. */
export function benchTools({ tools }: Result): readonly string[] {
  if (!Array.isArray(tools)) throw new Error('A list without tools.')
  return tools.map(({ name }: { readonly name?: unknown }) => String(name)).filter((name) => name.includes(toolMark))
}

const limitMs = 120_000
const pollMs = 200

/** Resolves when the connections list that many tools. @throws Error after two minutes. */
export async function untilListed(connections: readonly McpConnection[], count: number): Promise<readonly KnownTool[]> {
  const deadline = performance.now() + limitMs
  for (;;) {
    const lists = await Promise.all(
      connections.map(async (connection) =>
        benchTools(await connection.ask('tools/list', {})).map((name) => ({ connection, name })),
      ),
    )
    const known = lists.flat()
    if (known.length >= count) return known
    if (performance.now() > deadline) throw new Error(`Only ${known.length} of ${count} tools are listed.`)
    await sleep(pollMs)
  }
}
