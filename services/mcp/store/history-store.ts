import { createHash } from 'node:crypto'
import type { Kysely } from 'kysely'
import type { Blob, History, NewBlob, OpenedRun, OpenRun, RunAnswer } from '../../common/contracts/history.ts'
import { HearthError } from '../../common/errors/hearth-error.ts'
import { type AppendResult, type AppendWork, given } from './append-work.ts'
import type { BlobFiles } from './blob-files.ts'
import type { TellChange } from './conversation-news.ts'
import type { BlobRow, StoreDatabase } from './database-schema.ts'
import type { GroupCommit } from './group-commit.ts'
import { readChain } from './message-reader.ts'
import { notFound, type Opened, type WriterDeps } from './message-writer.ts'
import { assertPortable } from './portable-domain.ts'

interface HistoryDeps extends WriterDeps {
  readonly database: Kysely<StoreDatabase>
  readonly appends: GroupCommit<AppendWork, AppendResult>
  readonly files: BlobFiles
  readonly tell: TellChange
}

const MAX_BYTES_IN_ROW = 65_536

/** Conversations as rows. Every append shares its commit with those that come at the same time. */
export class HistoryStore implements History {
  readonly #deps: HistoryDeps

  constructor(deps: HistoryDeps) {
    this.#deps = deps
  }

  async open(request: OpenRun, signal: AbortSignal): Promise<OpenedRun> {
    if (signal.aborted) throw new HearthError('caller_cancelled', 'The run was cancelled before it began.')
    const work = { type: 'open', request, ...given(this.#deps, request.input.length) } as const
    // Its model is asked meanwhile, and the first token is held until it is stored.
    const { conversation, point, parentId } = told(await this.#deps.appends.append(work, 'at_once'))
    this.#deps.tell({ conversation, owner: request.owner, change: 'asked', runId: request.runId })
    // Rows never change once appended, so the past can be read outside the commit that others wait for.
    return { conversation, past: await readChain(this.#deps.database, point), parentId }
  }

  async close(answer: RunAnswer): Promise<void> {
    const work = { type: 'close', answer, ...given(this.#deps, 1) } as const
    // At once, the database would hold up the last tokens, where it has no core of its own.
    const closed = await this.#deps.appends.append(work, 'after_turn')
    if (closed.type !== 'closed') return
    const { conversation, runId } = answer
    this.#deps.tell({ conversation, owner: closed.owner, change: 'answered', runId })
  }

  async putBlob(blob: NewBlob): Promise<string> {
    assertPortable(blob.mediaType, 'media_type')
    const row = toRow(blob, this.#deps.clock())
    const stored = await this.#deps.database
      .selectFrom('blobs')
      .select('id')
      .where('id', '=', row.id)
      .executeTakeFirst()
    if (stored !== undefined) return row.id
    if (row.bytes === null) await this.#deps.files.write(row.id, blob.bytes)
    await this.#deps.appends.append({ type: 'blob', row }, 'after_turn')
    return row.id
  }

  async getBlob(blobId: string, owner: string): Promise<Blob> {
    const row = await this.#deps.database
      .selectFrom('blobs')
      .selectAll()
      .where('id', '=', blobId)
      .where('owner', '=', owner)
      .executeTakeFirst()
    if (row === undefined) throw notFound('blob')
    const bytes = row.bytes ?? (await this.#deps.files.read(row.id))
    if (bytes.byteLength !== row.byte_length)
      throw new HearthError('store_unavailable', 'The file of a picture is damaged; restore data_dir from a backup.')
    return { id: row.id, owner: row.owner, mediaType: row.media_type, bytes }
  }
}

function told(result: AppendResult): Opened {
  if (result.type === 'opened') return result.opened
  throw new Error('the database thread told nothing of an opened run')
}

/** The id covers owner and media type too, so that nobody can tell whether someone else keeps the same bytes. */
function toRow(blob: NewBlob, at: number): BlobRow {
  const sha256 = createHash('sha256').update(blob.bytes).digest('hex')
  const key = createHash('sha256')
    .update(JSON.stringify([blob.owner, blob.mediaType, sha256]))
    .digest('hex')
  return {
    id: `blob_${key.slice(0, 40)}`,
    owner: blob.owner,
    media_type: blob.mediaType,
    byte_length: blob.bytes.byteLength,
    sha256,
    bytes: blob.bytes.byteLength > MAX_BYTES_IN_ROW ? null : blob.bytes,
    created_at: at,
  }
}
