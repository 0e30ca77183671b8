import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { TestClient } from '../../tests/support/client.ts'
import { enginePid } from '../../tests/support/engine-pid.ts'
import { type House, root, startHouse } from '../../tests/support/house.ts'
import { type Figure, figure, ms, type Scenario } from './figure.ts'

const story = { input: 'Tell me a long story about a lighthouse.', max_output_tokens: 400 }

/** Kill -9 of the engine mid-answer, the run after it, and two answers at the same time. */
export const engineCrash: Scenario = async ({ say }) => {
  const model = { file: join(root, 'data/models/smollm2-135m-instruct.gguf'), name: 'smollm2-135m-instruct' }
  await using house = await startHouse({ model })
  const token = await house.adminToken()
  await using client = await TestClient.open(house.url, token)
  say('kill -9 mid-answer')
  const killed = await killMidAnswer(house, client, token)
  say('two at the same time')
  return [...killed, ...(await twoAtOnce(client))]
}

async function killMidAnswer(house: House, client: TestClient, token: string): Promise<readonly Figure[]> {
  const { response_id = '', conversation } = await client.ask({ stream_id: 'crash', ...story })
  await client.frame((frame) => frame.type === 'response.output_text.delta' && frame.response_id === response_id)
  await sleep(300)
  const killedAt = performance.now()
  process.kill(await enginePid(house.process.pid), 'SIGKILL')
  const end = await client.terminal({ response_id })
  const failedMs = performance.now() - killedAt
  const shown = client.textOf(response_id)
  const kept = await lastAnswer(house, token, String(conversation))
  const askedAt = performance.now()
  await client.ask({ stream_id: 'after', input: 'Say hello.' })
  const next = await client.terminal({ stream_id: 'after' })
  return [
    figure(
      'run after kill -9 of the engine',
      `${end.type} ${end.error?.code}`,
      end.error?.code === 'provider_connection_failed',
    ),
    figure('failure reported after', ms(failedMs)),
    figure('partial in history equals what was shown', `${kept.length} characters`, kept === shown && shown.length > 0),
    figure('next run', `${next.type} in ${ms(performance.now() - askedAt)}`, next.type === 'response.completed'),
  ]
}

interface StoredMessage {
  readonly role: string
  readonly parts: readonly { readonly type: string; readonly text?: string }[]
}

async function lastAnswer(house: House, token: string, conversation: string): Promise<string> {
  const response = await fetch(`${house.url}/api/v1/conversations/${conversation}/messages`, {
    headers: { authorization: `Bearer ${token}` },
  })
  const { data }: { data: readonly StoredMessage[] } = JSON.parse(await response.text())
  const answer = data.findLast(({ role }) => role === 'assistant')
  return (answer?.parts ?? []).map(({ text }) => text ?? '').join('')
}

async function twoAtOnce(client: TestClient): Promise<readonly Figure[]> {
  const from = client.frames().length
  await Promise.all(['left', 'right'].map((stream_id) => client.ask({ stream_id, ...story, max_output_tokens: 60 })))
  const ends = await Promise.all(['left', 'right'].map((stream_id) => client.terminal({ stream_id })))
  const order = client
    .frames()
    .slice(from)
    .flatMap(({ type, stream_id }) => (type === 'response.output_text.delta' ? [stream_id] : []))
  const switches = order.filter((lane, index) => index > 0 && lane !== order[index - 1]).length
  const haveEnded = ends.every(({ type }) => /completed|incomplete/.test(type))
  return [figure('two parallel answers, changes from one to the other', String(switches), switches > 10 && haveEnded)]
}
