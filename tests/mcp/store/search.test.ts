import { setTimeout as sleep } from 'node:timers/promises'
import Database from 'better-sqlite3'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { MessagePart, MessageRole } from '../../../services/common/contracts/history.ts'
import type { Principal } from '../../../services/common/contracts/principal.ts'
import type { Found } from '../../../services/mcp/store/views.ts'
import { never, openTestStore, principal, type TestStore } from './open-test-store.ts'

const anna = principal('anna')
const ben = principal('ben')
const text = (value: string): MessagePart => ({ type: 'text', text: value })

interface Said {
  readonly owner?: Principal
  readonly conversation?: string
  readonly title?: string
  readonly role?: MessageRole
}

/** One run: a message of these parts, and no answer. */
async function say({ store }: TestStore, parts: readonly MessagePart[], more: Said = {}): Promise<string> {
  const { owner = anna, title = '', role = 'user', ...rest } = more
  const request = { runId: 'run', owner: owner.id, title, input: [{ role, parts }], ...rest }
  return (await store.history.open(request, never)).conversation
}

async function find({ store }: TestStore, query: string, owner = anna): Promise<readonly Found[]> {
  return (await store.conversations.search(owner, query, { limit: 50 })).items
}

const idsOf = (found: readonly Found[]): readonly string[] =>
  found.map(({ conversation }) => conversation.id).toSorted()

/** Rows of the index by their own count and by FTS5's. */
function countIndex(path: string): unknown {
  const database = new Database(path, { readonly: true })
  const counts = database
    .prepare('select (select count(*) from search_rows) as rows, (select count(*) from search_text) as texts')
    .get()
  database.close()
  return counts
}

describe('a search', () => {
  it('finds what was said a moment ago, in questions, answers and titles', async () => {
    await using opened = await openTestStore()
    const asked = await say(opened, [text('When is the tax form due?')], { title: 'Deadlines' })
    await opened.store.history.close({
      ...{ runId: 'run', conversation: asked, parentId: null, status: 'completed', profile: 'p', usage: null },
      attempts: [],
      parts: [text('On the last day of July.'), { type: 'refusal', text: 'I cannot fill it in.' }],
    })
    await say(opened, [text('Buy milk')], { title: 'Shopping' })
    expect(await find(opened, 'tax')).toEqual([
      {
        conversation: await opened.store.conversations.get(anna, asked),
        message_id: expect.stringMatching(/^msg_/),
        snippet: 'When is the \u0002tax\u0003 form due?',
      },
    ])
    expect(await find(opened, 'july')).toMatchObject([{ snippet: expect.stringContaining('\u0002July\u0003') }])
    expect(idsOf(await find(opened, 'cannot fill'))).toEqual([asked])
    expect(await find(opened, 'deadlines')).toMatchObject([
      { conversation: { id: asked }, message_id: null, snippet: '\u0002Deadlines\u0003' },
    ])
  })

  it('needs every word, and of the last one only the beginning', async () => {
    await using opened = await openTestStore()
    const both = await say(opened, [text('red apples and green pears')])
    const one = await say(opened, [text('red wine')])
    expect(idsOf(await find(opened, 'red'))).toEqual([both, one].toSorted())
    expect(idsOf(await find(opened, 'red app'))).toEqual([both])
    expect(idsOf(await find(opened, 'pears red'))).toEqual([both])
    expect(await find(opened, 'app red')).toEqual([])
    expect(await find(opened, 'red cider')).toEqual([])
  })

  it('minds neither case nor accents', async () => {
    await using opened = await openTestStore()
    const id = await say(opened, [text('Über die BRÜCKE in Ploiești')])
    for (const query of ['uber', 'ÜBER', 'brucke', 'Brücke', 'ploiesti', 'U\u0308ber'])
      expect(idsOf(await find(opened, query)), query).toEqual([id])
  })

  it('does not look into reasoning, tools, system messages or names of pictures', async () => {
    await using opened = await openTestStore()
    await say(opened, [
      text('visible'),
      { type: 'reasoning', text: 'secretword' },
      { type: 'tool_call', callId: 'secretword', name: 'secretword', arguments: 'secretword' },
      { type: 'image', blobId: 'secretword', mediaType: 'image/png' },
    ])
    await say(opened, [{ type: 'tool_output', callId: 'c', output: 'secretword' }], { role: 'tool' })
    await say(opened, [text('secretword')], { role: 'system' })
    expect(await find(opened, 'visible')).toHaveLength(1)
    expect(await find(opened, 'secretword')).toEqual([])
  })

  it("shows nobody anything of someone else's, an admin neither", async () => {
    await using opened = await openTestStore()
    await say(opened, [text('private matter')], { title: 'private title' })
    const bens = await say(opened, [text('public matter')], { owner: ben })
    expect(idsOf(await find(opened, 'matter', ben))).toEqual([bens])
    const admin: Principal = { ...ben, id: 'user:root', role: 'admin', scopes: ['admin'] }
    expect(await find(opened, 'private', admin)).toEqual([])
  })

  it('shows each conversation once, by what fits best, the best first', async () => {
    await using opened = await openTestStore()
    const much = await say(opened, [text('cat')])
    await say(opened, [text(`cat ${'and other words '.repeat(50)}`)], { conversation: much })
    const little = await say(opened, [text(`${'nothing of interest '.repeat(100)} cat`)])
    const found = await find(opened, 'cat')
    expect(found.map(({ conversation }) => conversation.id)).toEqual([much, little])
    expect(found[0]?.snippet).toBe('\u0002cat\u0003')
  })

  it('a renamed conversation is found by its new title only', async () => {
    await using opened = await openTestStore()
    const { conversations } = opened.store
    const { id } = await conversations.create(anna, 'Oldname')
    expect(idsOf(await find(opened, 'oldname'))).toEqual([id])
    await conversations.update(anna, id, { title: 'Newname' }, undefined)
    expect(await find(opened, 'oldname')).toEqual([])
    expect(idsOf(await find(opened, 'newname'))).toEqual([id])
    const unseen = await conversations.create(anna, 'Before')
    await conversations.update(anna, unseen.id, { title: 'After' }, undefined)
    expect(await find(opened, 'before')).toEqual([])
    expect(idsOf(await find(opened, 'after'))).toEqual([unseen.id])
  })

  it('removing a conversation takes it out of the index, and only that one', async () => {
    await using opened = await openTestStore()
    const gone = await say(opened, [text('shared word')], { title: 'gone' })
    await say(opened, [text('shared again')], { conversation: gone })
    const kept = await say(opened, [text('shared word')], { title: 'kept' })
    expect(idsOf(await find(opened, 'shared'))).toEqual([gone, kept].toSorted())
    expect(countIndex(opened.path)).toEqual({ rows: 5, texts: 5 })
    await opened.store.conversations.remove(anna, gone, undefined)
    expect(idsOf(await find(opened, 'shared'))).toEqual([kept])
    expect(countIndex(opened.path)).toEqual({ rows: 2, texts: 2 })
    await say(opened, [text('shared anew')])
    expect(await find(opened, 'shared')).toHaveLength(2)
  })

  it('pages of any size hold every conversation once, best first', async () => {
    await using opened = await openTestStore()
    for (let index = 0; index < 23; index += 1) await say(opened, [text(`needle ${'hay '.repeat(index % 7)}`)])
    const { conversations } = opened.store
    const whole = (await conversations.search(anna, 'needle', { limit: 200 })).items
    expect(whole).toHaveLength(23)
    for (const limit of [1, 5, 22, 23, 24]) {
      const read: Found[] = []
      let page = await conversations.search(anna, 'needle', { limit })
      read.push(...page.items)
      while (page.nextCursor !== undefined) {
        page = await conversations.search(anna, 'needle', { limit, cursor: page.nextCursor })
        read.push(...page.items)
      }
      expect(read).toEqual(whole)
    }
  })

  it('takes whatever it is given as words: results or none, never a failure', async () => {
    await using opened = await openTestStore()
    await say(opened, [text('needle OR NEAR AND NOT text rowid search_text 🏠 x*y "quoted" { a b } -c ^d e:f')])
    const syntax = fc.constantFrom('"', "'", '*', '^', '(', ')', '{', '}', ':', '-', '+', 'OR', 'NOT', 'NEAR(', 'text:')
    const piece = fc.oneof(syntax, fc.constantFrom('needle', ' ', '\0', '\uD800', '\n'), fc.string({ unit: 'binary' }))
    const query = fc.array(piece, { maxLength: 30 }).map((pieces) => pieces.join(''))
    await fc.assert(
      fc.asyncProperty(query, async (asked) => {
        expect(Array.isArray(await find(opened, asked))).toBe(true)
      }),
      { seed: Date.now() % 2_147_483_647, numRuns: 300, verbose: fc.VerbosityLevel.Verbose },
    )
    const asked = [
      'needle OR absent',
      'needle NOT text',
      '-needle',
      'rowid:needle',
      'text:rowid',
      'NEAR(needle)',
      '^ne',
    ]
    const counts = await Promise.all(asked.map(async (query) => (await find(opened, query)).length))
    expect(counts).toEqual([0, 1, 1, 0, 1, 0, 1])
  })

  it('a cursor of another list is refused', async () => {
    await using opened = await openTestStore()
    await say(opened, [text('needle')])
    const attempt = opened.store.conversations.search(anna, 'needle', { limit: 1, cursor: 'nonsense' })
    await expect(attempt).rejects.toMatchObject({ code: 'caller_invalid_request', details: { param: 'cursor' } })
  })
})

describe('the index', () => {
  it('follows the appends in the background, not within them', async () => {
    await using opened = await openTestStore()
    await say(opened, [text('needle')], { title: 'title' })
    expect(countIndex(opened.path)).toEqual({ rows: 0, texts: 0 })
    for (let waited = 0; JSON.stringify(countIndex(opened.path)) !== '{"rows":2,"texts":2}'; waited += 100) {
      expect(waited).toBeLessThan(10_000)
      await sleep(100)
    }
  })

  it('is caught up at the start with what a stop left out', async () => {
    const first = await openTestStore()
    for (let index = 0; index < 40; index += 1) await say(first, [text(`message ${index}`), text('needle')])
    await first.store.stop(AbortSignal.abort())
    expect(countIndex(first.path)).toEqual({ rows: 0, texts: 0 })
    await using second = await openTestStore({ folder: first.folder })
    for (let waited = 0; (await find(second, 'needle')).length < 40; waited += 50) {
      expect(waited).toBeLessThan(10_000)
      await sleep(50)
    }
    await second.store.stop(never)
    await using third = await openTestStore({ folder: first.folder })
    expect(await find(third, 'needle')).toHaveLength(40)
    expect(countIndex(third.path)).toEqual({ rows: 80, texts: 80 })
  })

  it('holds no second copy of the text', async () => {
    await using opened = await openTestStore()
    await say(opened, [text('needle')])
    await find(opened, 'needle')
    const database = new Database(opened.path, { readonly: true })
    const tables = database.prepare("select name from sqlite_schema where name like 'search_text%'").pluck().all()
    database.close()
    expect(tables).not.toContain('search_text_content')
  })

  it('of 10,000 messages answers fast', async () => {
    await using opened = await openTestStore()
    const words = Array.from({ length: 3000 }, (_, index) => `${(index * 7919).toString(36)}word`)
    for (let conversation = 0; conversation < 100; conversation += 1) {
      const input = Array.from({ length: 100 }, (_, message) => ({
        role: 'user' as const,
        parts: [
          text(
            Array.from({ length: 60 }, (_, at) => words[(conversation * 31 + message * 17 + at * at) % 3000]).join(' '),
          ),
        ],
      }))
      await opened.store.history.open({ runId: 'run', owner: anna.id, title: `talk ${conversation}`, input }, never)
    }
    const began = performance.now()
    await find(opened, 'nothing')
    const indexed = performance.now()
    const queries = [`${words[5]}`, `${words[5]} ${words[9]}`, 'talk', '1', 'absent']
    const times: string[] = []
    for (const query of queries) {
      const asked = performance.now()
      const found = await find(opened, query)
      times.push(`"${query}" ${found.length} in ${(performance.now() - asked).toFixed(1)} ms`)
    }
    process.stdout.write(`10,000 messages indexed in ${(indexed - began).toFixed(0)} ms; found: ${times.join(', ')}\n`)
    expect(countIndex(opened.path)).toEqual({ rows: 10_100, texts: 10_100 })
    expect(await find(opened, 'talk')).toHaveLength(50)
  })
})
