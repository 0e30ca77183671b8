import type { Transaction } from 'kysely'
import type { ObjectMeta } from '../../common/contracts/resource.ts'
import { HearthError } from '../../common/errors/hearth-error.ts'
import type { SettingsRow, StoreDatabase } from './database-schema.ts'
import { byPrecedence, toObject } from './effective-objects.ts'
import { decodeCursor, nameCursor, toPage } from './keyset-cursor.ts'
import { assertPortable } from './portable-domain.ts'
import { RevisionMismatch } from './revision-mismatch.ts'
import type { SettingsChange, SettingsLedger, WriteStamp } from './settings-ledger.ts'
import type { PageRequest, SettingsObjects } from './store.ts'
import type { Page } from './views.ts'

type Write = Transaction<StoreDatabase>

/** The kinds of named objects, and where their rows are. */
export type SettingsKind =
  | { readonly kind: 'profiles'; readonly table: 'model_profiles' }
  | { readonly kind: 'users'; readonly table: 'users' }
  | { readonly kind: 'mcp_servers'; readonly table: 'mcp_servers' }
  | { readonly kind: 'devices'; readonly table: 'devices' }

export interface ObjectKind<Spec> {
  readonly kind: SettingsKind['kind']
  readonly table: SettingsKind['table']
  /** Word for messages. */
  readonly noun: string
  /** The objects in force, in the order of names. */
  readonly effective: () => Promise<readonly (Spec & ObjectMeta)[]>
  /** More that ends with an object of origin `api`. */
  readonly onRemoved: (transaction: Write, name: string, stamp: WriteStamp) => Promise<readonly SettingsChange[]>
}

/** Named settings of one kind: reads come from the snapshot, writes touch only rows of origin `api`. */
export class SettingsObjectsStore<Spec extends object> implements SettingsObjects<Spec> {
  readonly #kind: ObjectKind<Spec>
  readonly #ledger: SettingsLedger
  readonly #declaredIn: (name: string) => string

  /** @param declaredIn names the file that declares the object of origin `config`, for messages. */
  constructor(kind: ObjectKind<Spec>, ledger: SettingsLedger, declaredIn: (name: string) => string) {
    this.#kind = kind
    this.#ledger = ledger
    this.#declaredIn = declaredIn
  }

  async list(page: PageRequest): Promise<Page<Spec & ObjectMeta>> {
    const after = decodeCursor(nameCursor, page)?.[0]
    const objects = await this.#kind.effective()
    const rest = after === undefined ? objects : objects.filter((object) => object.name > after)
    return toPage(rest.slice(0, page.limit + 1), page.limit, {
      item: (object) => object,
      key: (object) => [object.name],
    })
  }

  async get(name: string): Promise<(Spec & ObjectMeta) | undefined> {
    return (await this.#kind.effective()).find((object) => object.name === name)
  }

  async create(name: string, spec: Spec): Promise<Spec & ObjectMeta> {
    assertPortable(spec, name)
    return await this.#ledger.write(async (transaction, stamp) => {
      const taken = await this.#strongest(transaction, name)
      if (taken !== undefined) throw this.#taken(taken)
      return await this.#save(transaction, { name, spec, stamp })
    })
  }

  async put(name: string, spec: Spec, ifRevision: number | undefined): Promise<Spec & ObjectMeta> {
    assertPortable(spec, name)
    return await this.#ledger.write(async (transaction, stamp) => {
      const current = await this.#strongest(transaction, name)
      if (current === undefined && ifRevision !== undefined) throw this.#missing(name)
      if (current !== undefined) this.#assertWritable(current, ifRevision)
      return await this.#save(transaction, { name, spec, stamp, ...(current === undefined ? {} : { current }) })
    })
  }

  async remove(name: string, ifRevision: number | undefined): Promise<void> {
    const { kind, table, onRemoved } = this.#kind
    await this.#ledger.write(async (transaction, stamp) => {
      const current = await this.#strongest(transaction, name)
      if (current === undefined) throw this.#missing(name)
      this.#assertWritable(current, ifRevision)
      await transaction.deleteFrom(table).where('name', '=', name).where('origin', '=', 'api').execute()
      const more = await onRemoved(transaction, name, stamp)
      return { result: undefined, changes: [{ kind, name, action: 'removed' }, ...more] }
    })
  }

  async #strongest(transaction: Write, name: string): Promise<SettingsRow | undefined> {
    const rows = await transaction.selectFrom(this.#kind.table).selectAll().where('name', '=', name).execute()
    return rows.toSorted(byPrecedence)[0]
  }

  async #save(
    transaction: Write,
    write: {
      readonly name: string
      readonly spec: Spec
      readonly stamp: WriteStamp
      readonly current?: SettingsRow
    },
  ): Promise<{ readonly result: Spec & ObjectMeta; readonly changes: readonly SettingsChange[] }> {
    const { name, spec, stamp, current } = write
    const row: SettingsRow = {
      name,
      origin: 'api',
      spec: JSON.stringify(spec),
      revision: stamp.revision,
      created_at: current?.created_at ?? stamp.at,
      updated_at: stamp.at,
    }
    await transaction.replaceInto(this.#kind.table).values(row).execute()
    const action = current === undefined ? 'created' : 'updated'
    return { result: toObject(row, spec), changes: [{ kind: this.#kind.kind, name, action }] }
  }

  #assertWritable(current: SettingsRow, ifRevision: number | undefined): void {
    if (current.origin !== 'api') throw this.#taken(current)
    if (ifRevision !== undefined && ifRevision !== current.revision) throw new RevisionMismatch(current.revision)
  }

  #taken({ name, origin }: SettingsRow): HearthError {
    const what = `The ${this.#kind.noun} \`${name}\``
    if (origin === 'api')
      return new HearthError('caller_conflict', `${what} exists already; change it instead.`, { details: { origin } })
    if (origin === 'cluster')
      return new HearthError(
        'caller_conflict',
        `${what} is declared in the cluster (origin cluster); change its custom resource.`,
        { details: { origin } },
      )
    const file = this.#declaredIn(name)
    return new HearthError('caller_conflict', `${what} is declared in ${file} (origin config); change it there.`, {
      details: { origin, file },
    })
  }

  #missing(name: string): HearthError {
    return noSuch(this.#kind.noun, name)
  }
}

export function noSuch(noun: string, name: string): HearthError {
  return new HearthError('caller_not_found', `There is no ${noun} \`${name}\`.`)
}
