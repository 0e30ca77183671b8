import { randomUUID } from 'node:crypto'
import { join } from 'node:path'
import { Kysely } from 'kysely'
import type { ChangeBus, SettingsVersion } from '../../common/contracts/settings.ts'
import { HearthError, toHearthError } from '../../common/errors/hearth-error.ts'
import type { Part } from '../../common/lifecycle/part.ts'
import type { Readiness } from '../../common/lifecycle/readiness.ts'
import type { Logger } from '../../common/telemetry/logger.ts'
import { createTimedId } from '../../common/timed-id.ts'
import type { AppendResult, AppendWork } from './append-work.ts'
import { AuditLog } from './audit-log.ts'
import { BackgroundIndex } from './background-index.ts'
import { BlobFiles } from './blob-files.ts'
import { CatalogStore } from './catalog-store.ts'
import { createTeller } from './conversation-news.ts'
import { ConversationStore } from './conversation-store.ts'
import type { StoreDatabase } from './database-schema.ts'
import { applyDeclared, assertPortableDocument } from './declared-objects.ts'
import { GroupCommit } from './group-commit.ts'
import { HistoryStore } from './history-store.ts'
import { IdentityStore } from './identity-store.ts'
import { LastUsed } from './last-used.ts'
import { dropSwitches, McpServerStore } from './mcp-server-store.ts'
import { migrate } from './migrations/migrate.ts'
import { homeDeviceKind, mcpServerKind, profileKind, userKind } from './object-kinds.ts'
import { PairingStore } from './pairing-store.ts'
import { SealKey } from './seal-key.ts'
import { dropSignIns, SealedSecretStore } from './sealed-secret-store.ts'
import { SettingsLedger } from './settings-ledger.ts'
import { SettingsObjectsStore } from './settings-objects-store.ts'
import { SnapshotSource } from './snapshot-source.ts'
import { DatabaseThread } from './sqlite/database-thread.ts'
import { FifoLock } from './sqlite/fifo-lock.ts'
import { FullTextSearch } from './sqlite/full-text-search.ts'
import { ThreadDialect } from './sqlite/thread-dialect.ts'
import type { Change, DeclaredDocument, PageRequest, Store } from './store.ts'
import { TokenStore } from './token-store.ts'
import type { Page } from './views.ts'

export interface StoreDeps {
  readonly bus: ChangeBus
  /** Epoch milliseconds. */
  readonly clock: () => number
  readonly log: Logger
  readonly readiness: Pick<Readiness, 'report'>
  /** The part of an id behind its prefix; default: time-ordered and random. */
  readonly createId?: () => string
}

export interface StoreConfig {
  /** The database file; beside it lie its -wal, -shm, .lock, .running and .key. */
  readonly path: string
  /** Large blobs go to `blobs` under it. */
  readonly dataDir: string
}

const PRUNE_EVERY_MS = 60_000
/** Statements, transactions and batches of appends that may wait for the connection. */
const MAX_WAITING = 4096

/**
 * The store on SQLite. Before `start` and after `stop` every method throws `store_unavailable`. `start` refuses, with a
 * message for a person, a database that is in use, damaged or newer than this version.
 */
export function createStore(deps: StoreDeps, config: StoreConfig): Store & Part {
  return new SqliteStore(deps, config)
}

class SqliteStore implements Store, Part {
  readonly name = 'store'
  readonly settings: SnapshotSource
  readonly identity: IdentityStore
  readonly history: HistoryStore
  readonly profiles: Store['profiles']
  readonly users: Store['users']
  readonly mcpServers: McpServerStore
  readonly homeDevices: Store['homeDevices']
  readonly catalog: CatalogStore
  readonly audit: AuditLog
  readonly sealed: SealedSecretStore
  readonly tokens: TokenStore
  readonly devices: PairingStore
  readonly conversations: ConversationStore
  readonly #log: Logger
  readonly #thread: DatabaseThread
  readonly #database: Kysely<StoreDatabase>
  readonly #ledger: SettingsLedger
  readonly #appends: GroupCommit<AppendWork, AppendResult>
  readonly #lastUsed: LastUsed
  readonly #index: BackgroundIndex
  #declaredIn = 'config.yaml'
  #serverFiles: ReadonlyMap<string, string> = new Map()
  #pruning: NodeJS.Timeout | undefined

  constructor(deps: StoreDeps, config: StoreConfig) {
    const { bus, clock, log } = deps
    const createId = deps.createId ?? (() => createTimedId(clock))
    this.#log = log
    const onDeath = (cause: HearthError): void => {
      this.#ledger.close(cause)
      log.fatal({ err: cause }, 'the database thread ended by itself')
      deps.readiness.report('store', cause.message, true)
    }
    this.#thread = new DatabaseThread({ path: config.path }, { log, onDeath })
    const lock = new FifoLock(MAX_WAITING)
    const database = new Kysely<StoreDatabase>({ dialect: new ThreadDialect(this.#thread, lock) })
    const ledger = new SettingsLedger({ database, bus, clock, createEpoch: randomUUID })
    const settings = new SnapshotSource({ database, ledger, log })
    const roles = (): ReturnType<SnapshotSource['roles']> => settings.roles()
    this.#database = database
    this.#ledger = ledger
    this.#appends = new GroupCommit((batch) => lock.hold(() => this.#thread.append(batch)))
    this.#lastUsed = new LastUsed({ database, clock, log })
    this.settings = settings
    const revision = (): number => ledger.revisionOf(['users', 'credentials'])
    this.identity = new IdentityStore({ database, revision, roles, lastUsed: this.#lastUsed, clock })
    this.tokens = new TokenStore({ database, ledger, roles, createId })
    this.devices = new PairingStore({ database, ledger, roles, createId, clock })
    const search = new FullTextSearch(database)
    this.#index = new BackgroundIndex({ search, log })
    const tell = createTeller(bus, this.#index)
    const files = new BlobFiles(join(config.dataDir, 'blobs'))
    this.history = new HistoryStore({ database, appends: this.#appends, files, tell, clock, createId })
    const { history } = this
    const index = this.#index
    this.conversations = new ConversationStore({ database, search, index, tell, history, log, clock, createId })
    const declaredIn = (): string => this.#declaredIn
    const serverFile = (server: string): string => this.#serverFiles.get(server) ?? this.#declaredIn
    this.profiles = new SettingsObjectsStore(profileKind(settings), ledger, declaredIn)
    this.users = new SettingsObjectsStore(userKind(settings), ledger, declaredIn)
    const source = { database, ledger, log }
    this.mcpServers = new McpServerStore(mcpServerKind(source), ledger, serverFile)
    this.homeDevices = new SettingsObjectsStore(homeDeviceKind(source), ledger, declaredIn)
    this.catalog = new CatalogStore({ database, ledger })
    this.audit = new AuditLog({ database, clock, log })
    this.sealed = new SealedSecretStore({ database, key: new SealKey(`${config.path}.key`), clock, log })
  }

  async start(signal: AbortSignal): Promise<void> {
    await this.#thread.start(signal)
    try {
      await migrate(this.#database)
      await this.#ledger.start()
      await this.#prune()
    } catch (error) {
      await this.#thread.stop()
      throw error
    }
    this.#index.start()
    this.#pruning = setInterval(() => void this.#prune(), PRUNE_EVERY_MS).unref()
  }

  async stop(deadline: AbortSignal): Promise<void> {
    clearInterval(this.#pruning)
    const terminate = (): void => void this.#thread.terminate()
    if (deadline.aborted) terminate()
    deadline.addEventListener('abort', terminate, { once: true })
    try {
      await this.#index.stop()
      await this.#appends.idle()
      await this.#lastUsed.flush()
      await this.audit.flush()
      this.#ledger.close(new HearthError('store_unavailable', 'Hearth is stopping.'))
      await this.#thread.stop()
    } finally {
      deadline.removeEventListener('abort', terminate)
    }
  }

  async version(): Promise<SettingsVersion> {
    return this.#ledger.version()
  }

  async changes(page: PageRequest): Promise<Page<Change>> {
    return await this.#ledger.changes(page)
  }

  async declare(document: DeclaredDocument): Promise<void> {
    assertPortableDocument(document)
    await this.#ledger.write(async (transaction, stamp) => {
      const { profiles, users, mcpServers, homeDevices } = document
      const targets = [
        { kind: 'profiles', table: 'model_profiles', specs: profiles, stamp },
        { kind: 'users', table: 'users', specs: users, stamp },
        { kind: 'mcp_servers', table: 'mcp_servers', specs: mcpServers, stamp },
        { kind: 'devices', table: 'devices', specs: homeDevices, stamp },
      ] as const
      const changes = []
      for (const target of targets) changes.push(...(await applyDeclared(transaction, target)))
      await dropSwitches(transaction, 'config')
      await dropSignIns(transaction)
      return { result: undefined, changes }
    }, document.version)
    this.#declaredIn = document.source ?? this.#declaredIn
    this.#serverFiles = new Map(Object.entries(document.serverFiles ?? {}))
  }

  async #prune(): Promise<void> {
    try {
      await this.devices.prune()
      await this.#ledger.prune()
      await this.audit.prune()
    } catch (error) {
      this.#log.warn(
        { code: toHearthError(error).code },
        'old sessions, changes and entries of the audit could not be removed',
      )
    }
  }
}
