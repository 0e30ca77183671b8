import { once } from 'node:events'
import http from 'node:http'
import type { AddressInfo } from 'node:net'
import { json } from 'node:stream/consumers'
import { z } from 'zod'

const told = z.object({
  scenario: z.string(),
  /** Where the server of the scenario listens. */
  url: z.string(),
  context: z.record(z.string(), z.unknown()),
})

export type ToldScenario = z.output<typeof told>

export interface ScenarioControl extends AsyncDisposable {
  readonly url: string
}

/** Plays each scenario that `tell-scenario.ts` tells of; several at a time. What `play` rejects with goes back to the suite. */
export async function startScenarioControl(play: (scenario: ToldScenario) => Promise<void>): Promise<ScenarioControl> {
  const server = http.createServer((request, response) => {
    void json(request)
      .then((body) => play(told.parse(body)))
      .then(
        () => response.end('played'),
        (error: unknown) => response.writeHead(500).end(error instanceof Error ? error.stack : String(error)),
      )
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  return {
    url: `http://127.0.0.1:${port}/`,
    [Symbol.asyncDispose]: async () => {
      const closed = once(server, 'close')
      server.close()
      server.closeAllConnections()
      await closed
    },
  }
}
