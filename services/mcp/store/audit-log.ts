import { type Kysely, type SelectQueryBuilder, sql } from 'kysely'
import { toHearthError } from '../../common/errors/hearth-error.ts'
import type { Logger } from '../../common/telemetry/logger.ts'
import type { StoreDatabase } from './database-schema.ts'
import { decodeCursor, numberCursor, toPage } from './keyset-cursor.ts'
import { toPortableText } from './portable-domain.ts'
import type { Audit, AuditEntry, AuditView, PageRequest } from './store.ts'
import type { Page } from './views.ts'

interface AuditDeps {
  readonly database: Kysely<StoreDatabase>
  readonly clock: () => number
  readonly log: Logger
}

const GATHER_MS = 200
/** Entries of one statement; no transaction of the others waits for more. */
const MAX_BATCH = 500
/** Entries waiting in memory. */
const MAX_WAITING = 20_000
/** Of each action: whoever calls tools at will pushes out calls of tools, and no write of a setting. */
const KEPT_ENTRIES = 200_000
const KEPT_MS = 180 * 86_400_000
/** Entries removed by one statement. */
const MAX_REMOVED = 5000
const MAX_NAME = 512
const MAX_DETAIL = 4096

type Ids = SelectQueryBuilder<StoreDatabase, 'audit', { id: number }>

/** Who did what. Gathered in memory, written together a moment later. */
export class AuditLog implements Audit {
  readonly #deps: AuditDeps
  #waiting: AuditEntry[] = []
  #dropped = 0
  #timer: NodeJS.Timeout | undefined
  #writing: Promise<void> | undefined

  constructor(deps: AuditDeps) {
    this.#deps = deps
  }

  record(entry: Omit<AuditEntry, 'at'>): void {
    this.#waiting.push(bounded({ at: this.#deps.clock(), ...entry }))
    if (this.#waiting.length > MAX_WAITING) {
      const oldest = this.#waiting.findIndex(({ action }) => action === 'tool.call')
      this.#waiting.splice(Math.max(oldest, 0), 1)
      this.#dropped += 1
    }
    this.#timer ??= setTimeout(() => void this.flush(), GATHER_MS).unref()
  }

  async list(
    page: PageRequest,
    filter: { readonly action?: string; readonly target?: string },
  ): Promise<Page<AuditView>> {
    const before = decodeCursor(numberCursor, page)?.[0]
    await this.flush()
    let query = this.#deps.database
      .selectFrom('audit')
      .selectAll()
      .orderBy('id', 'desc')
      .limit(page.limit + 1)
    if (before !== undefined) query = query.where('id', '<', before)
    if (filter.action !== undefined) query = query.where('action', '=', filter.action)
    if (filter.target !== undefined) query = query.where('target', '=', filter.target)
    return toPage(await query.execute(), page.limit, { item: (row) => row, key: (row) => [row.id] })
  }

  /** Writes what waits; never throws: what cannot be written is dropped and told. */
  async flush(): Promise<void> {
    clearTimeout(this.#timer)
    this.#timer = undefined
    await this.#writing
    this.#writing ??= this.#writeWaiting().finally(() => {
      this.#writing = undefined
    })
    await this.#writing
  }

  /** Forgets what is old, and the oldest of too many; a few at a time, so that nobody waits long behind it. */
  async prune(): Promise<void> {
    const ids = this.#deps.database.selectFrom('audit').select('id')
    const [first, last] = await Promise.all([this.#edge('asc'), this.#edge('desc')])
    if (first === undefined || last === undefined) return
    const young = await this.#edge('asc', this.#deps.clock() - KEPT_MS)
    await this.#remove(ids.where('id', '<', young ?? last + 1))
    if (last - first < KEPT_ENTRIES) return
    for await (const action of this.#actions()) {
      const those = ids.where('action', '=', action)
      const end = await those.orderBy('id', 'desc').offset(KEPT_ENTRIES).limit(1).executeTakeFirst()
      if (end !== undefined) await this.#remove(those.where('id', '<=', end.id))
    }
  }

  async #remove(ids: Ids): Promise<void> {
    const some = ids.orderBy('id').limit(MAX_REMOVED)
    for (let removed = MAX_REMOVED; removed === MAX_REMOVED; ) {
      const { numDeletedRows } = await this.#deps.database
        .deleteFrom('audit')
        .where('id', 'in', some)
        .executeTakeFirstOrThrow()
      removed = Number(numDeletedRows)
    }
  }

  /** Each that there is, by a step in the index each. */
  async *#actions(): AsyncGenerator<string> {
    const actions = this.#deps.database.selectFrom('audit').select('action').orderBy('action').limit(1)
    let next = await actions.executeTakeFirst()
    while (next !== undefined) {
      yield next.action
      next = await actions.where('action', '>', next.action).executeTakeFirst()
    }
  }

  /** The first or last id; of those that are at least so young. */
  async #edge(order: 'asc' | 'desc', since = 0): Promise<number | undefined> {
    const ids = this.#deps.database.selectFrom('audit').select('id').where('at', '>=', since).orderBy('id', order)
    return (await ids.limit(1).executeTakeFirst())?.id
  }

  async #writeWaiting(): Promise<void> {
    this.#tellDropped()
    while (this.#waiting.length > 0) {
      const batch = this.#waiting.slice(0, MAX_BATCH)
      this.#waiting = this.#waiting.slice(MAX_BATCH)
      await this.#write(batch)
    }
  }

  async #write(batch: readonly AuditEntry[]): Promise<void> {
    try {
      await insertEntries(this.#deps.database, batch)
    } catch (error) {
      const { code } = toHearthError(error)
      this.#deps.log.error({ code, entries: batch.length }, 'entries of the audit could not be stored and are lost')
    }
  }

  #tellDropped(): void {
    if (this.#dropped === 0) return
    this.#deps.log.error(
      { entries: this.#dropped },
      'the store does not keep up: the oldest entries of the audit are lost',
    )
    this.#dropped = 0
  }
}

function bounded(entry: AuditEntry): AuditEntry {
  const text = (value: string, length: number): string => toPortableText(value.slice(0, length))
  return {
    ...entry,
    principal: text(entry.principal, MAX_NAME),
    action: text(entry.action, MAX_NAME),
    target: text(entry.target, MAX_NAME),
    detail: entry.detail === null || entry.detail.length > MAX_DETAIL ? null : toPortableText(entry.detail),
  }
}

/** One statement for any number: a statement of its own for each number would be compiled again and again. */
async function insertEntries(database: Kysely<StoreDatabase>, entries: readonly AuditEntry[]): Promise<void> {
  const rows = entries.map((one) => [one.at, one.principal, one.action, one.target, one.outcome, one.code, one.detail])
  await sql`
    insert into audit (at, principal, action, target, outcome, code, detail)
    select value ->> 0, value ->> 1, value ->> 2, value ->> 3, value ->> 4, value ->> 5, value ->> 6
      from json_each(${JSON.stringify(rows)}) order by key`.execute(database)
}
