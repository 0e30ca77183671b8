import { type Arrival, type Frame, TestClient } from '../../tests/support/client.ts'
import { startHouse } from '../../tests/support/house.ts'
import { type Figure, figure, type Scenario } from './figure.ts'

const lanes = 16

/** 16 lanes of one socket, half of them drawing pictures, all of them streaming text. */
export const sixteenLanes: Scenario = async ({ say }) => {
  await using house = await startHouse({
    env: { HEARTH_ADAPTERS__DEMO__CONNECTIONS__DEFAULT__TOKENS_PER_SECOND: '200' },
  })
  await using client = await TestClient.open(house.url, await house.adminToken())
  say('16 lanes, pictures and text at once')
  const ids = Array.from({ length: lanes }, (_, index) => `lane-${index}`)
  const created = await Promise.all(
    ids.map((stream_id, index) =>
      client.ask({
        stream_id,
        profile: 'demo',
        input: `Draw and tell ${index}`,
        modalities: index % 2 === 0 ? ['text', 'image'] : ['text'],
      }),
    ),
  )
  await Promise.all(ids.map((stream_id) => client.terminal({ stream_id }, 120_000)))
  return judge(client, created)
}

function judge(client: TestClient, created: readonly Frame[]): readonly Figure[] {
  const gaps = created
    .map(({ response_id }) => gapsOf(client.frames(), response_id ?? ''))
    .reduce((sum, count) => sum + count, 0)
  const pictures = created.flatMap(({ response_id }) => client.pictures(response_id ?? ''))
  const exact = pictures.filter(({ announced, sha256 }) => announced === sha256).length
  const longest = longestChunkRun(client.arrivals)
  return [
    figure('frames received', String(client.frames().length)),
    figure('gaps in the numbers', String(gaps), gaps === 0),
    figure(
      'pictures byte-exact by SHA-256',
      `${exact} of ${pictures.length}`,
      exact === pictures.length && pictures.length === (lanes / 2) * 3,
    ),
    figure(
      'binary chunks in a row, at most (no text was waiting then; a full socket: tests/gateway/sending.test.ts)',
      String(longest),
    ),
  ]
}

/** Ranges of numbers of one response that do not follow the one before; a delta joined from several is a range. */
function gapsOf(frames: readonly Frame[], responseId: string): number {
  let next = 0
  let gaps = 0
  for (const { response_id, sequence_number: last, first_sequence_number: first = last } of frames) {
    if (response_id !== responseId || last === undefined) continue
    if (first !== next) gaps += 1
    next = last + 1
  }
  return gaps
}

function longestChunkRun(arrivals: readonly Arrival[]): number {
  let longest = 0
  let run = 0
  for (const { chunk } of arrivals) {
    run = chunk === undefined ? 0 : run + 1
    longest = Math.max(longest, run)
  }
  return longest
}
