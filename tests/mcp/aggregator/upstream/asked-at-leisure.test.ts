import { setTimeout as sleep } from 'node:timers/promises'
import { expect, test } from 'vitest'
import type { Asker } from '../../../../services/mcp/aggregator/upstream.ts'
import { callOf, lineOf, nobody, startPool, textOf, until } from './pool-house.ts'

const never = new AbortController().signal
const limits = { timeout_ms: 400, concurrency: 1 }

/** Of one client that answers when it is told to. */
function slowAsker() {
  const asked = { times: 0 }
  const answered = Promise.withResolvers<void>()
  const asker: Asker = {
    ...nobody,
    capabilities: { elicitation: { form: {} } },
    answer: async () => {
      asked.times += 1
      await answered.promise
      return { action: 'accept', content: { count: 3 } }
    },
  }
  return { asker, asked, answer: () => answered.resolve() }
}

test('a person may take longer to answer than a call may take, and others are served meanwhile', async () => {
  const { get } = startPool([lineOf('line', [], { limits })])
  await get('line').list(never)
  const { asker, asked, answer } = slowAsker()
  const call = textOf(get('line'), callOf('ask', {}, { asker }))
  await until(() => asked.times === 1)
  expect(await textOf(get('line'), callOf('echo', { text: 'meanwhile' }))).toBe('meanwhile')
  await sleep(600)
  answer()
  expect(JSON.parse(await call)).toEqual({ result: { action: 'accept', content: { count: 3 } } })
  expect(await textOf(get('line'), callOf('echo', { text: 'after' }))).toBe('after')
})

test('once answered, the rest of the time of the call counts again', async () => {
  const { get } = startPool([lineOf('line', [], { limits })])
  await get('line').list(never)
  const { asker, asked, answer } = slowAsker()
  const call = get('line').exchange(callOf('ask-and-hang', {}, { asker }))
  await until(() => asked.times === 1)
  await sleep(500)
  answer()
  await expect(call).rejects.toMatchObject({ code: 'tool_timeout' })
})

test('a call whose client goes away while it is asked leaves nothing behind', async () => {
  const { get } = startPool([lineOf('line', [], { limits })])
  await get('line').list(never)
  const { asker, asked, answer } = slowAsker()
  const gone = new AbortController()
  const call = get('line').exchange(callOf('ask', {}, { asker, signal: gone.signal }))
  await until(() => asked.times === 1)
  gone.abort()
  await expect(call).rejects.toMatchObject({ code: 'caller_cancelled' })
  answer()
  await sleep(20)
  const slow = get('line').exchange(callOf('slow', { ms: 200 }))
  await until(() => get('line').status().callsInFlight === 1)
  const next = await textOf(get('line'), callOf('echo', { text: 'next' }))
  expect(next).toBe('next')
  await slow
  expect(get('line').status().callsInFlight).toBe(0)
})
