import { writeFile } from 'node:fs/promises'
import { setTimeout as sleep } from 'node:timers/promises'
import { api } from '../../tests/support/api.ts'
import { type Frame, TestClient } from '../../tests/support/client.ts'
import { type House, startHouse } from '../../tests/support/house.ts'
import { type Figure, figure, ms, type Scenario } from './figure.ts'

const streams = 20

const profilesOf = (description: string, maxOutputTokens: number): string => `profiles:
  declared:
    description: ${description}
    default: true
    targets: [{ adapter: demo, model: demo }]
    parameters: { max_output_tokens: ${maxOutputTokens} }
`

/** A profile made through the API and a declared one, both edited while 20 streams run. */
export const liveSettings: Scenario = async ({ say }) => {
  await using house = await startHouse({ config: profilesOf('first', 60) })
  const made = await api(house, 'POST', '/api/v1/profiles', {
    body: { name: 'made', targets: [{ adapter: 'demo', model: 'demo' }], parameters: { max_output_tokens: 60 } },
  })
  say('edits while 20 streams run')
  return [
    figure('POST /api/v1/profiles', String(made.status), made.status === 201),
    ...(await editWhileStreaming(house)),
  ]
}

async function editWhileStreaming(house: House): Promise<readonly Figure[]> {
  const token = await house.adminToken()
  const clients = await Promise.all([TestClient.open(house.url, token), TestClient.open(house.url, token)])
  const lanes = Array.from({ length: streams }, (_, index) => ({
    client: clients[index % clients.length] ?? never(),
    stream_id: `lane-${index}`,
    profile: index < streams / 2 ? 'made' : 'declared',
  }))
  await Promise.all(
    lanes.map(({ client, stream_id, profile }) => client.ask({ stream_id, profile, input: 'Count for me' })),
  )
  const patched = await api(house, 'PATCH', '/api/v1/profiles/made', { body: { parameters: { max_output_tokens: 7 } } })
  const afterPatch = await tokensOf(clients[0], 'made', 'after-patch')
  const refused = await api(house, 'PATCH', '/api/v1/profiles/declared', { body: { description: 'mine' } })
  const editedAt = performance.now()
  await writeFile(house.configFile, profilesOf('second', 9))
  const seenMs = await untilDescription(house, 'second', editedAt)
  const afterEdit = await tokensOf(clients[0], 'declared', 'after-edit')
  const broken = await breakTheFile(house, clients[0])
  const ends = await Promise.all(lanes.map(({ client, stream_id }) => client.terminal({ stream_id })))
  const whole = ends.filter((end) => end.type === 'response.incomplete' && outputTokens(end) === 60).length
  await Promise.all(clients.map((client) => client.close()))
  return [
    figure(
      'PATCH of a profile made by API',
      `${patched.status}, next run has ${afterPatch} tokens`,
      patched.status === 200 && afterPatch === 7,
    ),
    figure(
      'PATCH of a declared profile',
      `${refused.status} ${JSON.stringify(refused.body)}`,
      refused.status === 409 && isOriginConfig(refused.body),
    ),
    figure('edit of the file, until served', `${ms(seenMs)}, next run has ${afterEdit} tokens`, afterEdit === 9),
    ...broken,
    figure('streams that ended as they began', `${whole} of ${streams}`, whole === streams),
  ]
}

const never = (): never => {
  throw new Error('unreachable')
}

const isOriginConfig = (body: unknown): boolean =>
  typeof body === 'object' && body !== null && 'origin' in body && body.origin === 'config'

function outputTokens(end: Frame): unknown {
  const usage = end.response?.['usage']
  return typeof usage === 'object' && usage !== null && 'output_tokens' in usage ? usage.output_tokens : undefined
}

async function tokensOf(client: TestClient, profile: string, stream_id: string): Promise<unknown> {
  await client.ask({ stream_id, profile, input: 'Count for me' })
  return outputTokens(await client.terminal({ stream_id }))
}

async function untilDescription(house: House, description: string, since: number): Promise<number> {
  while (performance.now() - since < 10_000) {
    const { body } = await api(house, 'GET', '/api/v1/profiles/declared')
    if (typeof body === 'object' && body !== null && 'description' in body && body.description === description) break
    await sleep(10)
  }
  return performance.now() - since
}

/** A broken edit: the old profile answers, the log and `/readyz` say file and line, `/readyz` stays 200. */
async function breakTheFile(house: House, client: TestClient): Promise<readonly Figure[]> {
  await writeFile(house.configFile, `${profilesOf('third', 11)}    colour: red\n`)
  const deadline = Date.now() + 10_000
  let reasons = ''
  let status = 0
  while (!reasons.includes('config.yaml:7') && Date.now() < deadline) {
    await sleep(20)
    const response = await fetch(`${house.operationsUrl}`)
    status = response.status
    reasons = await response.text()
  }
  const tokens = await tokensOf(client, 'declared', 'after-broken')
  return [
    figure(
      'readyz after a broken edit',
      `${status} ${reasons.trim()}`,
      status === 200 && reasons.includes('config.yaml:7'),
    ),
    figure(
      'log after a broken edit names file and line',
      String(house.output().includes('config.yaml:7')),
      house.output().includes('config.yaml:7'),
    ),
    figure('run after a broken edit', `${tokens} tokens, as before it`, tokens === 9),
  ]
}
