import type { z } from 'zod'
import type { Principal, Scope } from '../../../common/contracts/principal.ts'
import type { ObjectMeta } from '../../../common/contracts/resource.ts'
import { HearthError } from '../../../common/errors/hearth-error.ts'
import { demandAccess, hasScope } from '../../api/access.ts'
import { parseRequest } from '../../api/invalid-request.ts'
import { patchObject } from '../../api/patch-object.ts'
import { PreconditionFailed } from '../../api/preconditions.ts'
import type { SettingsKind } from '../../api/settings-routes.ts'
import type { PageRequest, Store } from '../../store/store.ts'
import type { Page } from '../../store/views.ts'

/** A kind of settings as the tools offer it; rights and shapes are those of REST. */
export interface OwnSettings<Spec extends object> {
  readonly rest: SettingsKind<Spec>
  /** Singular, as in the audit. */
  readonly word: string
  /** The spec, for who writes one. */
  readonly spec: z.ZodType
  /** What people tell it by. */
  about(object: Spec & ObjectMeta): string
  /** Beside the scopes. @throws HearthError `policy_access_denied`. */
  demandWrite?(caller: Principal, spec: Spec): void
}

export interface SettingWrite {
  readonly name: string
  readonly value: Readonly<Record<string, unknown>>
  /** Merge into what is there (RFC 7396) instead of replacing it. */
  readonly isMerge: boolean
  /** Undefined: whatever it is. */
  readonly ifRevision: number | undefined
}

export interface SettingSummary extends Pick<ObjectMeta, 'name' | 'origin' | 'revision'> {
  readonly about: string
}

/** One kind of settings behind its rights, whatever its spec is. Every method throws what REST answers. */
export interface SettingAccess {
  readonly word: string
  readonly spec: z.ZodType
  /** Has the caller the right to read this kind at all? */
  mayRead(caller: Principal): boolean
  /** All there are, whoever may see them; for our own use. */
  listAll(page: PageRequest): Promise<Page<SettingSummary>>
  list(caller: Principal, page: PageRequest, signal: AbortSignal): Promise<Page<SettingSummary>>
  /** Undefined: there is none, or not for this caller. */
  find(caller: Principal, name: string, signal: AbortSignal): Promise<ObjectMeta | undefined>
  get(caller: Principal, name: string, signal: AbortSignal): Promise<ObjectMeta>
  put(caller: Principal, write: SettingWrite): Promise<ObjectMeta & { readonly isNew: boolean }>
  remove(caller: Principal, name: string, ifRevision: number | undefined): Promise<void>
}

export function settingAccess<Spec extends object>(own: OwnSettings<Spec>, store: Store): SettingAccess {
  const { rest } = own
  const objects = rest.objects(store)
  const demand = (anyOf: readonly Scope[], caller: Principal): void => demandAccess({ type: 'scopes', anyOf }, caller)
  const find = async (caller: Principal, name: string, signal: AbortSignal) => {
    const [object, isVisible] = [await objects.get(name), await rest.visibility(caller, store, signal)]
    return object !== undefined && isVisible(object) ? object : undefined
  }
  return {
    word: own.word,
    spec: own.spec,
    mayRead: (caller) => hasScope(caller, rest.readScopes),
    listAll: async (page) => {
      const { items, ...next } = await objects.list(page)
      return { items: items.map((item) => summaryOf(item, own.about(item))), ...next }
    },
    list: async (caller, page, signal) => {
      demand(rest.readScopes, caller)
      const isVisible = await rest.visibility(caller, store, signal)
      const { items, ...next } = await objects.list(page)
      const summaries = items.filter(isVisible).map((item) => summaryOf(item, own.about(item)))
      return { items: summaries, ...next }
    },
    find: async (caller, name, signal) => {
      demand(rest.readScopes, caller)
      return await find(caller, name, signal)
    },
    get: async (caller, name, signal) => {
      demand(rest.readScopes, caller)
      return present(await find(caller, name, signal), own.word, name)
    },
    put: async (caller, write) => {
      demand(rest.writeScopes, caller)
      return await writeSetting(own, store, caller, write)
    },
    remove: async (caller, name, ifRevision) => {
      demand(rest.writeScopes, caller)
      await objects.remove(name, ifRevision)
    },
  }
}

const summaryOf = ({ name, origin, revision }: ObjectMeta, about: string): SettingSummary => ({
  name,
  origin,
  revision,
  about,
})

async function writeSetting<Spec extends object>(
  own: OwnSettings<Spec>,
  store: Store,
  caller: Principal,
  { name, value, isMerge, ifRevision }: SettingWrite,
): Promise<Spec & ObjectMeta & { readonly isNew: boolean }> {
  const objects = own.rest.objects(store)
  const current = await objects.get(name)
  refuseLostUpdate(current, ifRevision)
  const parse = (whole: unknown): Spec => {
    const { name: newName, spec } = parseRequest(own.rest.replacement, whole, 'value')
    refuseRename(name, newName)
    own.demandWrite?.(caller, spec)
    return spec
  }
  if (current === undefined) return { ...(await objects.create(name, parse(value))), isNew: true }
  if (!isMerge) return { ...(await objects.put(name, parse(value), ifRevision)), isNew: false }
  const merged = await patchObject({
    read: () => objects.get(name),
    write: (whole, revision) => objects.put(name, parse(whole), ifRevision ?? revision),
    patch: value,
    conditions: { ifMatch: undefined, ifNoneMatch: undefined },
  })
  return { ...present(merged, own.word, name), isNew: false }
}

function refuseLostUpdate(current: ObjectMeta | undefined, ifRevision: number | undefined): void {
  if (ifRevision === undefined || current?.revision === ifRevision) return
  throw new PreconditionFailed(current?.revision)
}

function refuseRename(name: string, wanted: string | undefined): void {
  if (wanted === undefined || wanted === name) return
  throw new HearthError('caller_invalid_request', 'value.name: is fixed; make a new object and remove this one.')
}

function present<Item>(item: Item | undefined, word: string, name: string): Item {
  if (item !== undefined) return item
  throw new HearthError('caller_not_found', `There is no ${word} named ${name}; list them to see which exist.`)
}
