import type { OpenRun, RunAnswer } from '../../common/contracts/history.ts'
import type { AppendWrite } from './append-connection.ts'
import { addBlob } from './append-queries.ts'
import type { BlobRow } from './database-schema.ts'
import { closeRun, type Opened, openRun, type WriterDeps } from './message-writer.ts'

/** One append to history, as plain data: it is done in the database thread, time and ids are given here. */
export type AppendWork =
  | ({ readonly type: 'open'; readonly request: OpenRun } & Given)
  | ({ readonly type: 'close'; readonly answer: RunAnswer } & Given)
  | { readonly type: 'blob'; readonly row: BlobRow }

interface Given {
  /** Epoch milliseconds of every row. */
  readonly at: number
  /** Without their prefix; as many as rows may need one. */
  readonly ids: readonly string[]
}

export type AppendResult =
  | { readonly type: 'opened'; readonly opened: Opened }
  /** `owner` is the conversation's. */
  | { readonly type: 'closed'; readonly owner: string }
  /** There was nothing to do, or there is nothing to tell. */
  | { readonly type: 'kept' }

/** Time and ids for an append of that many messages, and perhaps their conversation. */
export const given = ({ clock, createId }: WriterDeps, messages: number): Given => ({
  at: clock(),
  ids: Array.from({ length: messages + 1 }, createId),
})

export async function performAppend(write: AppendWrite, work: AppendWork): Promise<AppendResult> {
  switch (work.type) {
    case 'open':
      return { type: 'opened', opened: await openRun(write, work.request, depsOf(work)) }
    case 'close': {
      const owner = await closeRun(write, work.answer, depsOf(work))
      return owner === undefined ? kept : { type: 'closed', owner }
    }
    case 'blob':
      await write.rows(addBlob, work.row)
      return kept
  }
}

const kept: AppendResult = { type: 'kept' }

function depsOf({ at, ids }: Given): WriterDeps {
  const left = ids.values()
  const createId = (): string => {
    const { value } = left.next()
    if (value === undefined) throw new Error('an append needs more ids than it was given')
    return value
  }
  return { clock: () => at, createId }
}
