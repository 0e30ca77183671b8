import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { root, startHouse } from '../support/house.ts'
import { startBearerForwarder } from '../support/mcp-conformance/bearer-forwarder.ts'
import { startConformanceFixture } from '../support/mcp-conformance/conformance-fixture.ts'
import { playScenario } from '../support/mcp-conformance/play-scenario.ts'
import {
  type Revision,
  runClientSuite,
  runServerSuite,
  type SuiteResult,
} from '../support/mcp-conformance/run-suite.ts'
import { startScenarioControl } from '../support/mcp-conformance/scenario-control.ts'
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

/** Unscored scenarios of a client that fail through the house, and why. */
const explainedOfClient: Readonly<Record<string, string>> = {
  'auth/client-credentials-jwt': 'extension: private_key_jwt; the house has client_secret only',
  'auth/enterprise-managed-authorization': 'extension: an identity provider of an enterprise, which a home has not',
  'auth/dpop': 'extension DPoP, which neither we nor the SDK speak',
  'auth/dpop-nonce': 'extension DPoP, which neither we nor the SDK speak',
  'auth/wif-jwt-bearer': 'extension: workload identity federation, for clouds',
}

/** 32 scored and 7 others, 18 and 7. */
const ranOfClient: Readonly<Record<Revision, number>> = { '2026-07-28': 39, '2025-11-25': 25 }

function judge({ scenarios }: SuiteResult, reasons: Readonly<Record<string, string>>, ran: number): void {
  const failed = [...scenarios].filter(([, checks]) => checks.length > 0)
  expect(failed.filter(([name]) => !(name in reasons))).toEqual([])
  expect(failed.map(([name]) => name).toSorted()).toEqual(Object.keys(reasons).toSorted())
  expect(scenarios.size).toBe(ran)
}

async function judgeServer(url: string, revision: Revision): Promise<void> {
  judge(await runServerSuite(url, revision), explained[revision], ran[revision])
}

describe.each(['2026-07-28', '2025-11-25'] as const)('what %s requires of a server', (revision) => {
  it('is kept by the fixture alone, so that what fails behind the house is of the house', async () => {
    await using fixture = await startConformanceFixture()
    await judgeServer(fixture.url, revision)
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
      await judgeServer(forwarder.url, revision)
    },
  )
})

describe.each(['2026-07-28', '2025-11-25'] as const)('what %s requires of a client', (revision) => {
  it("is kept by the house towards each scenario's server, called through /mcp", { timeout: 120_000 }, async () => {
    await using house = await startHouse({ config: mcpConfig({}) })
    const played = new Map<string, string>()
    await using control = await startScenarioControl(async (told) => {
      await playScenario(house, told).then(
        () => played.set(told.scenario, 'whole'),
        (error: unknown) => {
          played.set(told.scenario, String(error))
          throw error
        },
      )
    })
    const program = join(root, 'tests/support/mcp-conformance/tell-scenario.ts')
    const result = await runClientSuite(`${process.execPath} ${program} ${control.url}`, revision)
    judge(result, explainedOfClient, ranOfClient[revision])
    expect(played.size).toBe(ranOfClient[revision])
    // A scenario whose server nobody reached may have nothing to complain about.
    const broken = [...played].filter(([name, end]) => end !== 'whole' && !mayFail(name))
    expect(broken).toEqual([])
  })
})

/** Those whose servers deceive: a client that gives up has done right. */
const mayFail = (scenario: string): boolean =>
  scenario in explainedOfClient || /^auth\/(iss-|metadata-issuer|resource-mismatch|scope-retry-limit)/.test(scenario)
