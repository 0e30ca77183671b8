import { describe, expect, it } from 'vitest'
import { startHouse } from '../support/house.ts'
import { startBearerForwarder } from '../support/mcp-conformance/bearer-forwarder.ts'
import { startConformanceFixture } from '../support/mcp-conformance/conformance-fixture.ts'
import { type Revision, runServerSuite } from '../support/mcp-conformance/run-suite.ts'
import { connectMcp, mcpConfig, untilListed } from '../support/mcp-house.ts'

/** Unscored scenarios that fail, and why; whatever else fails is a defect. */
const explained: Readonly<Record<Revision, Readonly<Record<string, string>>>> = {
  '2026-07-28': Object.fromEntries(
    [
      'tasks-lifecycle',
      'tasks-capability-negotiation',
      'tasks-wire-fields',
      'tasks-request-state-removal',
      'tasks-mrtr-input',
      'tasks-request-headers',
      'tasks-dispatch-and-envelope',
      'tasks-required-task-error',
      'tasks-mrtr-composition',
    ].map((name) => [name, 'extension io.modelcontextprotocol/tasks (SEP-2663), which neither we nor the SDK serve']),
  ),
  '2025-11-25': {
    'server-sse-polling': 'asks for streams that can be taken up again, which the specification leaves to the server',
  },
}

/** How many scenarios run: 37 scored and 13 others, 30 and 3. */
const ran: Readonly<Record<Revision, number>> = { '2026-07-28': 50, '2025-11-25': 33 }

async function judge(url: string, revision: Revision): Promise<void> {
  const { scenarios } = await runServerSuite(url, revision)
  const failed = [...scenarios].filter(([, checks]) => checks.length > 0)
  expect(failed.filter(([name]) => !(name in explained[revision]))).toEqual([])
  expect(failed.map(([name]) => name).toSorted()).toEqual(Object.keys(explained[revision]).toSorted())
  expect(scenarios.size).toBe(ran[revision])
}

describe.each(['2026-07-28', '2025-11-25'] as const)('what %s requires of a server', (revision) => {
  it('is kept by the fixture alone, so that what fails behind the house is of the house', async () => {
    await using fixture = await startConformanceFixture()
    await judge(fixture.url, revision)
  })

  it.each(revision === '2026-07-28' ? (['both'] as const) : (['both', 'legacy'] as const))(
    'is kept through the house, before an upstream that speaks %s',
    async (eras) => {
      await using fixture = await startConformanceFixture(eras)
      await using house = await startHouse({ config: mcpConfig({ fixture: { url: fixture.url } }) })
      const client = await connectMcp(house)
      await untilListed(client, ['fixture'])
      await client.close()
      await using forwarder = await startBearerForwarder(`${house.url}/mcp`, await house.adminToken())
      await judge(forwarder.url, revision)
    },
  )
})
