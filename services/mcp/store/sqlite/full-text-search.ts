import { setImmediate as nextTurn } from 'node:timers/promises'
import { type Kysely, sql } from 'kysely'
import type { StoreDatabase } from '../database-schema.ts'
import { decodeCursor, numberCursor, toPage } from '../keyset-cursor.ts'
import type { MessageSearch, Rest } from '../message-search.ts'
import { type IsWanted, snippetOf, termsOf, wantedWords } from '../search-words.ts'
import type { PageRequest } from '../store.ts'
import type { Conversation, Found, Page } from '../views.ts'

/** Messages indexed in one step, and as many titles: some milliseconds of the database, of which half are its commit. */
const STEP_ROWS = 32
/** Conversations a catch-up looks at in one step. */
const STEP_CONVERSATIONS = 256
/** Of a word that stands in more texts than that, the newest are ranked. */
const MAX_RANKED = 5000

type Hit = Conversation & { readonly message_id: string | null }

/** Search by FTS5. The triggers of migration 0002 write the index; here is only said what belongs into it. */
export class FullTextSearch implements MessageSearch {
  readonly #database: Kysely<StoreDatabase>

  constructor(database: Kysely<StoreDatabase>) {
    this.#database = database
  }

  async index(conversations: readonly string[], signal: AbortSignal, rest: Rest): Promise<void> {
    if (conversations.length === 0) return
    while (!signal.aborted) {
      const added = await indexStep(this.#database, conversations)
      if (added < STEP_ROWS) return
      await rest()
    }
  }

  async catchUp(signal: AbortSignal, rest: Rest): Promise<void> {
    let after: string | undefined = ''
    while (after !== undefined && !signal.aborted) {
      if (after !== '') await rest()
      const looked = await lookFurther(this.#database, after)
      const behind = looked.filter(({ is_behind }) => is_behind === 1)
      await this.index(
        behind.map(({ id }) => id),
        signal,
        rest,
      )
      after = looked.at(-1)?.id
    }
  }

  async find(owner: string, query: string, page: PageRequest): Promise<Page<Found>> {
    const offset = decodeCursor(numberCursor, page)?.[0] ?? 0
    const terms = termsOf(query)
    if (terms.length === 0) return { items: [] }
    const hits = await findHits(this.#database, {
      expression: matchExpression(terms),
      owner,
      limit: page.limit + 1,
      offset,
    })
    const { items, ...more } = toPage(hits, page.limit, { item: (hit) => hit, key: () => [offset + page.limit] })
    return { items: await this.#show(items, wantedWords(terms)), ...more }
  }

  async #show(hits: readonly Hit[], isWanted: IsWanted): Promise<readonly Found[]> {
    const texts = await readTexts(
      this.#database,
      hits.flatMap(({ message_id }) => message_id ?? []),
    )
    const found: Found[] = []
    for (const { message_id, ...conversation } of hits) {
      const text = message_id === null ? conversation.title : (texts.get(message_id) ?? '')
      found.push({ conversation, message_id, snippet: snippetOf(text, isWanted) })
      // Answers can be long, and tokens of others are on their way.
      await nextTurn()
    }
    return found
  }
}

/** Every term quoted, so that nothing of it is syntax. */
const matchExpression = (terms: readonly string[]): string =>
  `${terms.map((term) => `"${term.replaceAll('"', '""')}"`).join(' ')}*`

/** Adds up to `STEP_ROWS` titles and as many messages; says how many it were. */
async function indexStep(database: Kysely<StoreDatabase>, conversations: readonly string[]): Promise<number> {
  // One parameter however many they are: the statement stays the same, and nothing is compiled for each step.
  const ids = sql`select value from json_each(${JSON.stringify(conversations)})`
  // Within a conversation always in order: the last one indexed says that all before it are.
  const { numAffectedRows } = await sql`
    insert into search_rows (conversation_id, message_id, ordinal)
    select * from (
      select id, null, 0 from conversations
       where id in (${ids})
         and not exists (select 1 from search_rows where conversation_id = conversations.id and ordinal = 0)
       limit ${STEP_ROWS})
    union all
    select * from (
      select conversations.id, messages.id, messages.ordinal
        from conversations cross join messages
       where conversations.id in (${ids})
         and messages.conversation_id = conversations.id
         and messages.ordinal > (select coalesce(max(ordinal), 0) from search_rows where conversation_id = conversations.id)
         and messages.role in ('user', 'assistant')
       order by conversations.id, messages.ordinal
       limit ${STEP_ROWS})`.execute(database)
  return Number(numAffectedRows ?? 0n)
}

interface Looked {
  readonly id: string
  /** 1: something of it is not indexed. */
  readonly is_behind: number
}

async function lookFurther(database: Kysely<StoreDatabase>, after: string): Promise<readonly Looked[]> {
  const { rows } = await sql<Looked>`
    select id,
      coalesce((select max(ordinal) from messages where conversation_id = conversations.id), 0)
      > coalesce((select max(ordinal) from search_rows where conversation_id = conversations.id), -1) as is_behind
    from conversations where id > ${after} order by id limit ${STEP_CONVERSATIONS}`.execute(database)
  return rows
}

async function findHits(
  database: Kysely<StoreDatabase>,
  wanted: {
    readonly expression: string
    readonly owner: string
    readonly limit: number
    readonly offset: number
  },
): Promise<readonly Hit[]> {
  const { rows } = await sql<Hit>`
    with hits as materialized (
      select search_rows.conversation_id, search_rows.message_id, bm25(search_text) as score
        from search_text
        cross join search_rows on search_rows.id = search_text.rowid
        cross join conversations on conversations.id = search_rows.conversation_id
       where search_text match ${wanted.expression} and conversations.owner = ${wanted.owner}
       order by search_text.rowid desc
       limit ${MAX_RANKED}),
    best as (
      select conversation_id, message_id, min(score) as score from hits group by conversation_id
      order by score, conversation_id limit ${wanted.limit} offset ${wanted.offset})
    select conversations.*, best.message_id
      from best cross join conversations on conversations.id = best.conversation_id
     order by best.score, best.conversation_id`.execute(database)
  return rows
}

async function readTexts(
  database: Kysely<StoreDatabase>,
  messageIds: readonly string[],
): Promise<ReadonlyMap<string, string>> {
  if (messageIds.length === 0) return new Map()
  const parts = await database
    .selectFrom('parts')
    .select(['message_id', 'text'])
    .where('message_id', 'in', messageIds)
    .where('type', 'in', ['text', 'refusal'])
    .orderBy('ordinal')
    .execute()
  const partsOf = Map.groupBy(parts, (part) => part.message_id)
  return new Map([...partsOf].map(([id, texts]) => [id, texts.map(({ text }) => text ?? '').join('\n')]))
}
