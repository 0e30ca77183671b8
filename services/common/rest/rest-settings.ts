import type { Settings } from '../contracts/settings.ts'
import { McpClient, type McpClientOptions, readJson } from './mcp-client.ts'
import { versionTag } from './version-tag.ts'
import { internalPaths, snapshotWire, wireLimits } from './wire-schema.ts'

/** Settings of the mcp role in another process. */
export function createRestSettings(options: McpClientOptions): Settings {
  const client = new McpClient(options)
  return {
    snapshot: async (known, signal) => {
      const answer = await client.request({
        method: 'GET',
        path: internalPaths.snapshot,
        headers: known === undefined ? {} : { 'If-None-Match': versionTag(known) },
        answerBytes: wireLimits.jsonBytes,
        signal,
      })
      return answer.status === 304 ? undefined : readJson(answer, snapshotWire)
    },
  }
}
