import type { Identity } from '../contracts/identity.ts'
import type { Principal } from '../contracts/principal.ts'
import { McpClient, type McpClientOptions, readJson } from './mcp-client.ts'
import { internalPaths, principalWire, wireLimits } from './wire-schema.ts'

/** Identity of the mcp role in another process. */
export function createRestIdentity(options: McpClientOptions): Identity {
  const client = new McpClient(options)
  return {
    authenticate: async (token: string, signal: AbortSignal): Promise<Principal> => {
      const answer = await client.request({
        method: 'POST',
        path: internalPaths.authenticate,
        body: { mediaType: 'application/json', content: JSON.stringify({ token }) },
        answerBytes: wireLimits.jsonBytes,
        signal,
      })
      return readJson(answer, principalWire)
    },
  }
}
