import { describe, expect, it } from 'vitest'
import type { ConversationChange } from '../../services/common/contracts/settings.ts'
import { ConversationNews } from '../../services/gateway/news/conversation-news.ts'
import { NewsOutbox } from '../../services/gateway/news/news-outbox.ts'
import { adminToken, type Client, guestToken, otherAdminToken, startGateway } from './gateway-harness.ts'

const change = (fields: Partial<ConversationChange> = {}): ConversationChange => ({
  conversation: 'conv_1',
  owner: 'user:admin',
  change: 'answered',
  ...fields,
})

const newsOf = (client: Client): readonly unknown[] =>
  client.texts().filter(({ type }) => type === 'conversation.updated')

/** What came before it has arrived when the pong has. */
async function settle(clients: readonly Client[]): Promise<void> {
  for (const client of clients) client.send({ type: 'ping' })
  await Promise.all(clients.map((client) => client.next('pong')))
}

describe('conversation.updated', () => {
  it('goes to every session of the owner, of all its credentials, and to nobody else', async () => {
    await using harness = await startGateway()
    const mine = [await harness.open(), await harness.open(otherAdminToken)]
    const guest = await harness.open(guestToken)
    const unknown = await harness.connect()
    const gone = await harness.open()
    gone.socket.terminate()
    harness.bus.publish('conversations', change({ change: 'asked', runId: 'resp_1' }))
    harness.bus.publish('conversations', change({ owner: 'user:other' }))
    await settle([...mine, guest])
    for (const client of mine) {
      expect(newsOf(client)).toEqual([
        { type: 'conversation.updated', conversation: 'conv_1', change: 'asked', response_id: 'resp_1' },
      ])
    }
    expect([newsOf(guest), unknown.received]).toEqual([[], []])
  })

  it('goes only to those that asked for it, the newest of them, where the owner has very many sessions', async () => {
    await using harness = await startGateway({ limits: { newsForAll: 3, newsListeners: 2 } })
    const asking = { features: ['conversations'] }
    const clients = [
      await harness.open(adminToken, asking),
      await harness.open(adminToken),
      await harness.open(adminToken, asking),
    ]
    harness.bus.publish('conversations', change())
    await settle(clients)
    expect(clients.map((client) => newsOf(client).length)).toEqual([1, 1, 1])
    clients.push(await harness.open(adminToken, asking))
    harness.bus.publish('conversations', change())
    await settle(clients)
    expect(clients.map((client) => newsOf(client).length)).toEqual([1, 1, 2, 1])
  })

  it('never overflows a socket that takes nothing; the latest of each conversation comes once it does', async () => {
    await using harness = await startGateway({ limits: { mergeQueueBytes: 4096, waitingNews: 50, stallMs: 60_000 } })
    const client = await harness.open()
    client.socket.pause()
    const padding = 'x'.repeat(3000)
    for (let index = 0; index < 5000; index += 1) {
      const kind = index < 4990 ? 'asked' : 'answered'
      harness.bus.publish('conversations', change({ conversation: `conv_${index % 10}${padding}`, change: kind }))
      if (index % 100 === 0) await new Promise((resolve) => setImmediate(resolve))
    }
    await new Promise((resolve) => setTimeout(resolve, 50))
    client.socket.resume()
    for (let index = 0; index < 10; index += 1) {
      const name = `conv_${index}${padding}`
      await client.until(() => lastOf(client, name) === 'answered' || undefined)
      expect(lastOf(client, name)).toBe('answered')
    }
    await settle([client])
    expect(newsOf(client).length).toBeLessThan(4000)
  })

  const lastOf = (client: Client, conversation: string): unknown =>
    client
      .texts()
      .filter((message) => message['conversation'] === conversation)
      .at(-1)?.['change']
})

describe('the audience of news', () => {
  it('is forgotten with its last session', () => {
    const news = new ConversationNews({ newsForAll: 1, newsListeners: 1 })
    const told: string[] = []
    const listener = { tell: (_conversation: string, text: string): void => void told.push(text) }
    const leave = news.join('user:admin', listener, true)
    news.publish(change())
    leave()
    leave()
    news.publish(change())
    expect(told).toHaveLength(1)
  })
})

describe('news for a slow socket', () => {
  it('wait latest first to be replaced, bounded, in the order they last changed', async () => {
    const sent: string[] = []
    const free = Promise.withResolvers<void>()
    const state = { isFull: true }
    const outbox = new NewsOutbox({
      writer: { isFull: () => state.isFull, whenFree: () => free.promise },
      send: (text) => void sent.push(text),
      waitingLimit: 3,
      ended: new AbortController().signal,
    })
    for (const [conversation, text] of ['a1', 'b1', 'a2', 'c1', 'd1'].map((text) => [text[0] ?? '', text] as const)) {
      outbox.tell(conversation, text)
    }
    expect(sent).toEqual([])
    state.isFull = false
    outbox.tell('e', 'e1')
    free.resolve()
    await expect.poll(() => sent).toEqual(['c1', 'd1', 'e1'])
    outbox.tell('f', 'f1')
    expect(sent.at(-1)).toBe('f1')
  })
})
