import { afterEach, describe, expect, it, vi } from 'vitest'
import { ConversationSearch } from '../../../clients/web/src/app/conversation-search.ts'
import { findEntries } from '../../../clients/web/src/app/find-entries.ts'
import type { Conversation, RestApi } from '../../../clients/web/src/protocol/rest-api.ts'
import { ConversationBook } from '../../../clients/web/src/views/chat/list/conversation-book.ts'
import { fakeClient } from './fake-client.ts'

const books: ConversationBook[] = []

afterEach(() => {
  for (const book of books.splice(0)) book.stop()
})

describe('the book of conversations', () => {
  it('reads page after page as the reader scrolls, each once', async () => {
    const { book, client } = await opened(many(100))
    expect(book.state.conversations).toHaveLength(40)
    await Promise.all([book.loadMore(), book.loadMore()])
    await book.loadMore()
    expect(book.state.conversations.map(({ id }) => id)).toEqual(many(100).map(({ id }) => id))
    await book.loadMore()
    expect(client.asked).toEqual(['list first', 'list 40', 'list 80'])
  })

  it('another device asks, renames and removes: the list follows', async () => {
    const { book, client } = await opened(many(3))
    client.kept.set('c9', conversation('c9', 'From the kitchen', 5000))
    client.tell('conversation', { conversation: 'c9', change: 'created' })
    await vi.waitFor(() => expect(titles(book)[0]).toBe('From the kitchen'))
    client.kept.set('c9', { ...conversation('c9', 'Bread', 5000), revision: 2 })
    client.tell('conversation', { conversation: 'c9', change: 'renamed' })
    await vi.waitFor(() => expect(titles(book)[0]).toBe('Bread'))
    client.tell('conversation', { conversation: 'c9', change: 'removed' })
    expect(titles(book)).not.toContain('Bread')
  })

  it('after a lost connection what happened meanwhile is read again', async () => {
    const { book, client } = await opened(many(3))
    client.kept.delete('c001')
    client.tell('resumed', { live: [] })
    await vi.waitFor(() => expect(book.state.conversations.map(({ id }) => id)).toEqual(['c000', 'c002']))
  })

  it('a page of the list that is older than news is read again', async () => {
    const { client, book, release } = opening(many(2))
    await vi.waitFor(() => expect(client.asked).toEqual(['list first']))
    await settled()
    client.kept.set('c000', { ...conversation('c000', 'Bread', 1000), revision: 2 })
    client.tell('conversation', { conversation: 'c000', change: 'renamed' })
    await vi.waitFor(() => expect(titles(book)).toEqual(['Bread']))
    release()
    await vi.waitFor(() => expect(titles(book)).toEqual(['Bread', 'Title 1']))
    expect(client.asked).toEqual(['list first', 'get c000', 'list first'])
  })

  it('of two readings of the list the later one counts, whichever comes first', async () => {
    const { client, book, release } = opening(many(2))
    await settled()
    client.kept.delete('c001')
    client.tell('resumed', { live: [] })
    await vi.waitFor(() => expect(titles(book)).toEqual(['Title 0']))
    release()
    await settled()
    expect(titles(book)).toEqual(['Title 0'])
  })

  it('what was removed does not come back with a reading that was on its way', async () => {
    const { book, client } = await opened(many(2))
    client.tell('conversation', { conversation: 'c000', change: 'answered' })
    client.tell('conversation', { conversation: 'c000', change: 'removed' })
    await vi.waitFor(() => expect(client.asked).toContain('get c000'))
    await settled()
    expect(titles(book)).toEqual(['Title 1'])
  })

  it('what is hidden while something is read stays hidden', async () => {
    const { book, client } = await opened(many(50))
    client.tell('conversation', { conversation: 'c000', change: 'answered' })
    const reading = book.loadMore()
    book.hide('c000', true)
    await reading
    await vi.waitFor(() => expect(client.asked).toEqual(['list first', 'get c000', 'list 40']))
    await settled()
    expect(book.state.conversations).toHaveLength(50)
    expect([...book.state.hidden]).toEqual(['c000'])
  })

  it('stopped, it hears nothing more', async () => {
    const { book, client } = await opened(many(1))
    book.stop()
    client.tell('conversation', { conversation: 'c000', change: 'removed' })
    client.tell('resumed', { live: [] })
    expect(book.state.conversations).toHaveLength(1)
    expect(client.asked).toEqual(['list first'])
  })

  it('a new title is seen at once, and the old one again when the house does not take it', async () => {
    const { book, client } = await opened(many(2))
    const row = conversation('c001', 'Title 1', 999)
    const renaming = book.rename(row, 'Bread')
    expect(titles(book)).toContain('Bread')
    await renaming
    expect(client.kept.get('c001')?.title).toBe('Bread')
    client.kept.set('c001', { ...conversation('c001', 'Cake', 4), revision: 7 })
    await expect(book.rename(row, 'Soup')).rejects.toMatchObject({ code: 'caller_conflict' })
    await vi.waitFor(() => expect(titles(book)).toContain('Cake'))
    expect(titles(book)).not.toContain('Soup')
  })

  it('what is deleted is out of sight first, and back when it could not be', async () => {
    const { book, client } = await opened(many(2))
    book.hide('c000', true)
    expect([...book.state.hidden]).toEqual(['c000'])
    expect(client.kept.has('c000')).toBe(true)
    client.failWith('gateway_internal')
    await expect(book.remove('c000')).rejects.toMatchObject({ code: 'gateway_internal' })
    expect([book.state.hidden.size, book.state.conversations.length]).toEqual([0, 2])
    client.failWith(undefined)
    await book.remove('c000')
    expect([client.kept.has('c000'), book.state.conversations.length]).toEqual([false, 1])
  })

  it('what was deleted stays out of sight, also of a search that still finds it', async () => {
    const { book } = await opened(many(2))
    book.hide('c000', true)
    await book.remove('c000')
    expect([...book.state.hidden]).toEqual(['c000'])
  })

  it('what only a search found is renamed, and shown with its new title', async () => {
    const { book, client } = await opened(many(50))
    const found = conversation('c045', 'Title 45', 955)
    expect(book.newest(found)).toBe(found)
    const renaming = book.rename(found, 'Bread')
    expect(book.newest(found).title).toBe('Bread')
    await renaming
    expect(client.kept.get('c045')).toMatchObject({ title: 'Bread', revision: 2 })
    expect(book.newest(found)).toMatchObject({ title: 'Bread', revision: 2 })
    expect(book.newest({ ...found, title: 'Cake', revision: 3 }).title).toBe('Cake')
  })

  it('what another device deleted first is deleted', async () => {
    const { book, client } = await opened(many(2))
    client.kept.delete('c000')
    await book.remove('c000')
    expect(book.state.conversations.map(({ id }) => id)).toEqual(['c001'])
  })

  it('a list that cannot be read says why, and is read when asked again', async () => {
    const client = fakeClient(many(1))
    client.failWith('client_offline')
    const book = keep(new ConversationBook(client))
    book.start()
    await vi.waitFor(() => expect(book.state).toMatchObject({ status: 'failed', failure: { code: 'client_offline' } }))
    client.failWith(undefined)
    await book.reload()
    expect(book.state).toMatchObject({ status: 'ready', failure: undefined })
  })
})

describe('the search', () => {
  it('asks when there is a pause, and only the last words count', async () => {
    const client = fakeClient([conversation('a', 'bread', 1), conversation('b', 'bread soup', 2)])
    const states: string[] = []
    const search = new ConversationSearch(client, { debounceMs: 20, limit: 5 }, () => states.push(search.state.status))
    search.search('b')
    search.search('bre')
    search.search(' bread s ')
    await vi.waitFor(() => expect(search.state.status).toBe('found'))
    expect(client.asked).toEqual(['search bread s'])
    expect(search.state).toMatchObject({ query: 'bread s', results: [{ conversation: { id: 'b' } }] })
    search.search('  ')
    expect(search.state).toEqual({ status: 'idle' })
    expect(states).toEqual(['searching', 'searching', 'searching', 'found', 'idle'])
  })

  it('an answer to older words is not shown', async () => {
    const client = fakeClient([conversation('a', 'bread', 1)])
    const search = new ConversationSearch(client, { debounceMs: 0, limit: 5 }, () => {})
    search.search('bread')
    await vi.waitFor(() => expect(client.asked).toEqual(['search bread']))
    search.search('cake')
    await vi.waitFor(() => expect(search.state.status).toBe('found'))
    expect(search.state).toMatchObject({ query: 'cake', results: [] })
  })

  it('asks again when something has changed, and shows what it found until then', async () => {
    const client = fakeClient([conversation('a', 'bread', 1)])
    const search = new ConversationSearch(client, { debounceMs: 0, limit: 5 }, () => {})
    search.again()
    expect(client.asked).toEqual([])
    search.search('bread')
    await vi.waitFor(() => expect(search.state.status).toBe('found'))
    client.kept.set('b', conversation('b', 'more bread', 2))
    search.again()
    expect(search.state).toMatchObject({ status: 'found', results: [{ conversation: { id: 'a' } }] })
    await vi.waitFor(() => expect(search.state).toMatchObject({ results: [{}, {}] }))
    expect(client.asked).toEqual(['search bread', 'search bread'])
  })

  it('a failure is told, and stopping ends all', async () => {
    const client = fakeClient()
    client.failWith('store_unavailable')
    const search = new ConversationSearch(client, { debounceMs: 0, limit: 5 }, () => {})
    search.search('bread')
    await vi.waitFor(() =>
      expect(search.state).toMatchObject({ status: 'failed', failure: { code: 'store_unavailable' } }),
    )
    search.search('cake')
    search.stop()
    await new Promise((resolve) => setTimeout(resolve, 20))
    expect(client.asked).toEqual(['search bread'])
  })
})

describe('quick find', () => {
  const settings = { text: 'Einstellungen', route: { view: 'settings' } } as const
  const chat = { text: 'Neuer Chat', route: { view: 'chat' } } as const
  const recent = [conversation('a', 'Bread', 1)]
  const found = [{ conversation: conversation('b', 'Cake', 2), messageId: 'm', snippet: 'x' }]

  it('offers recent conversations and every place before anything is typed', () => {
    const entries = findEntries(' ', { places: [chat, settings], recent, found })
    expect(entries.map(({ group, text }) => [group, text])).toEqual([
      ['recent', 'Bread'],
      ['goTo', 'Neuer Chat'],
      ['goTo', 'Einstellungen'],
    ])
  })

  it('then places by name and what the house found, each with where it leads', () => {
    const entries = findEntries('EINST', { places: [chat, settings], recent, found })
    expect(entries.map(({ route }) => route)).toEqual([
      { view: 'settings' },
      { view: 'chat', conversation: 'b', message: 'm' },
    ])
  })
})

async function opened(conversations: readonly Conversation[]) {
  const client = fakeClient(conversations)
  const book = keep(new ConversationBook(client))
  book.start()
  await vi.waitFor(() => expect(book.state.status).toBe('ready'))
  return { book, client }
}

/** The answer to its first reading of the list is as old as the question, and comes when it is released. */
function opening(conversations: readonly Conversation[]) {
  const client = fakeClient(conversations)
  const { promise, resolve } = Promise.withResolvers<void>()
  const gates = [promise]
  const rest: RestApi = {
    ...client.rest,
    listConversations: async (wish) => {
      const gate = gates.shift()
      const page = await client.rest.listConversations(wish)
      await gate
      return page
    },
  }
  const book = keep(new ConversationBook({ ...client, rest }))
  book.start()
  return { client, book, release: resolve }
}

/** Whatever waits for nothing but its turn is done. */
async function settled(): Promise<void> {
  for (let turn = 0; turn < 3; turn += 1) await new Promise((resolve) => setImmediate(resolve))
}

function keep(book: ConversationBook): ConversationBook {
  books.push(book)
  return book
}

function titles(book: ConversationBook): readonly string[] {
  return book.state.conversations.map(({ title }) => title)
}

/** The first is the newest. */
function many(count: number): readonly Conversation[] {
  return Array.from({ length: count }, (_, index) =>
    conversation(`c${String(index).padStart(3, '0')}`, `Title ${index}`, 1000 - index),
  )
}

function conversation(id: string, title: string, updatedAt: number): Conversation {
  return { id, title, revision: 1, createdAt: updatedAt, updatedAt }
}
