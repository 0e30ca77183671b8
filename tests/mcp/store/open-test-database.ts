import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import { Kysely } from 'kysely'
import type { AppendResult, AppendWork } from '../../../services/mcp/store/append-work.ts'
import type { StoreDatabase } from '../../../services/mcp/store/database-schema.ts'
import { GroupCommit } from '../../../services/mcp/store/group-commit.ts'
import { migrate } from '../../../services/mcp/store/migrations/migrate.ts'
import { DatabaseThread } from '../../../services/mcp/store/sqlite/database-thread.ts'
import { FifoLock } from '../../../services/mcp/store/sqlite/fifo-lock.ts'
import { ThreadDialect } from '../../../services/mcp/store/sqlite/thread-dialect.ts'
import { never, silent, testFolder } from './open-test-store.ts'

export interface TestDatabase extends AsyncDisposable {
  readonly database: Kysely<StoreDatabase>
  readonly thread: DatabaseThread
  /** As the store has them. */
  readonly appends: GroupCommit<AppendWork, AppendResult>
  readonly folder: string
}

/** The thread and Kysely of a migrated database, without the store on top; disposing removes the folder. */
export async function openTestDatabase(): Promise<TestDatabase> {
  const folder = await testFolder()
  const thread = new DatabaseThread({ path: join(folder, 'hearth.db') }, { log: silent, onDeath: () => {} })
  await thread.start(never)
  const lock = new FifoLock(4096)
  const database = new Kysely<StoreDatabase>({ dialect: new ThreadDialect(thread, lock) })
  await migrate(database)
  const dispose = async (): Promise<void> => {
    await thread.stop()
    await rm(folder, { recursive: true, force: true })
  }
  const appends = new GroupCommit((batch: readonly AppendWork[]) => lock.hold(() => thread.append(batch)))
  return { database, thread, appends, folder, [Symbol.asyncDispose]: dispose }
}
