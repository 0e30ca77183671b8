import type { AddressInfo } from 'node:net'
import { createHttpServer } from '../../../../services/common/http/http-server.ts'
import type { McpClientOptions } from '../../../../services/common/rest/mcp-client.ts'
import { type InternalDeps, registerInternal } from '../../../../services/mcp/api/register-internal.ts'
import { silent } from '../../../mcp/store/open-test-store.ts'

const clusterToken = 'cluster-token-of-the-tests'

export interface McpUnderTest extends AsyncDisposable {
  readonly port: number
  readonly client: McpClientOptions
}

/** The internal routes over `store` on a real listener. */
export async function startMcp(
  store: InternalDeps['store'],
  options: { readonly port?: number; readonly token?: string | null } = {},
): Promise<McpUnderTest> {
  const { port = 0, token = clusterToken } = options
  const app = createHttpServer({
    hostPolicy: { allowedHosts: ['127.0.0.1'], allowedOrigins: [], scheme: 'http' },
    bodyLimitBytes: 1_048_576,
    log: silent,
  })
  await registerInternal(app, { store, clusterToken: token ?? undefined, log: silent })
  await app.listen({ host: '127.0.0.1', port })
  const address = app.server.address() as AddressInfo
  return {
    port: address.port,
    client: clientOf(address.port),
    [Symbol.asyncDispose]: async () => {
      await app.close()
    },
  }
}

export const clientOf = (port: number): McpClientOptions => ({
  baseUrl: `http://127.0.0.1:${port}`,
  clusterToken,
  timeoutMs: 5000,
  log: silent,
})
