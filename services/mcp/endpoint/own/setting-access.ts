import type { z } from 'zod'
import type { Principal, Scope } from '../../../common/contracts/principal.ts'
import type { ObjectMeta } from '../../../common/contracts/resource.ts'
import { HearthError } from '../../../common/errors/hearth-error.ts'
import { demandAccess, hasScope } from '../../api/access.ts'
import type { ApiContext } from '../../api/api-context.ts'
import { parseRequest } from '../../api/invalid-request.ts'
import { patchObject } from '../../api/patch-object.ts'
import { PreconditionFailed } from '../../api/preconditions.ts'
import type { SettingsKind } from '../../api/settings-routes.ts'
import type { PageRequest } from '../../store/store.ts'
import type { Page } from '../../store/views.ts'

/** A kind of settings as the tools offer it; rights and shapes are those of REST. */
interface OwnSettings<Spec extends object> {
  readonly rest: SettingsKind<Spec>
  /** Singular, as in the audit. */
  readonly word: string
  /** The spec, for who writes one. */
  readonly spec: z.ZodType
  /** What people tell it by. */
  about(object: Spec & ObjectMeta): string
}

export interface SettingWrite {
  readonly name: string
  readonly value: Readonly<Record<string, unknown>>
  /** Merge into what is there (RFC 7396) instead of replacing it. */
  readonly isMerge: boolean
  /** Undefined: whatever it is. */
  readonly ifRevision: number | undefined
}

interface Written {
  /** As REST shows it to the caller. */
  readonly object: object
  readonly isNew: boolean
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
  list(caller: Principal, page: PageRequest, signal: AbortSignal): Promise<Page<SettingSummary>>
  /** As REST shows it to the caller. Undefined: there is none, or not for this caller. */
  find(caller: Principal, name: string, signal: AbortSignal): Promise<object | undefined>
  put(caller: Principal, write: SettingWrite): Promise<Written>
  remove(caller: Principal, name: string, ifRevision: number | undefined): Promise<void>
}

export function settingAccess<Spec extends object>(own: OwnSettings<Spec>, context: ApiContext): SettingAccess {
  const { rest, word, spec, about } = own
  const { store } = context
  const objects = rest.objects(store)
  const demand = (anyOf: readonly Scope[], caller: Principal): void => demandAccess({ type: 'scopes', anyOf }, caller)
  return {
    word,
    spec,
    mayRead: (caller) => hasScope(caller, rest.readScopes),
    list: async (caller, page, signal) => {
      demand(rest.readScopes, caller)
      const isVisible = await rest.visibility(caller, store, signal)
      const { items, ...next } = await objects.list(page)
      return { items: items.filter(isVisible).map((item) => summaryOf(item, about(item))), ...next }
    },
    find: async (caller, name, signal) => {
      demand(rest.readScopes, caller)
      const [object, isVisible] = [await objects.get(name), await rest.visibility(caller, store, signal)]
      return object !== undefined && isVisible(object) ? shown(rest, object, caller, context) : undefined
    },
    put: async (caller, write) => {
      demand(rest.writeScopes, caller)
      const { object, isNew } = await writeSetting(own, context, caller, write)
      return { object: shown(rest, object, caller, context), isNew }
    },
    remove: async (caller, name, ifRevision) => {
      demand(rest.writeScopes, caller)
      const current = await objects.get(name)
      if (current !== undefined) rest.demandChange?.(caller, current)
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

const shown = <Spec extends object>(
  rest: SettingsKind<Spec>,
  object: Spec & ObjectMeta,
  caller: Principal,
  context: ApiContext,
): object => rest.viewer?.(caller, context)(object) ?? object

async function writeSetting<Spec extends object>(
  { rest, word }: OwnSettings<Spec>,
  context: ApiContext,
  caller: Principal,
  { name, value, isMerge, ifRevision }: SettingWrite,
): Promise<{ readonly object: Spec & ObjectMeta; readonly isNew: boolean }> {
  const objects = rest.objects(context.store)
  const current = await objects.get(name)
  refuseLostUpdate(current, ifRevision)
  const parse = (whole: unknown, before: (Spec & ObjectMeta) | undefined): Spec => {
    const { name: newName, spec } = parseRequest(rest.replacement, whole, 'value')
    refuseRename(name, newName)
    if (before !== undefined) rest.demandChange?.(caller, before)
    rest.demandWrite?.(caller, spec, context)
    return spec
  }
  if (current === undefined) return { object: await objects.create(name, parse(value, current)), isNew: true }
  if (!isMerge) return { object: await objects.put(name, parse(value, current), ifRevision), isNew: false }
  const merged = await patchObject({
    read: () => objects.get(name),
    write: (whole, found) => objects.put(name, parse(whole, found), ifRevision ?? found.revision),
    patch: value,
    conditions: { ifMatch: undefined, ifNoneMatch: undefined },
  })
  return { object: present(merged, word, name), isNew: false }
}

function refuseLostUpdate(current: ObjectMeta | undefined, ifRevision: number | undefined): void {
  if (ifRevision === undefined || current?.revision === ifRevision) return
  throw new PreconditionFailed(current?.revision)
}

function refuseRename(name: string, wanted: string | undefined): void {
  if (wanted === undefined || wanted === name) return
  throw new HearthError('caller_invalid_request', 'value.name: is fixed; make a new object and remove this one.')
}

/** @throws HearthError `caller_not_found` when there is none. */
export function present<Item>(item: Item | undefined, word: string, name: string): Item {
  if (item !== undefined) return item
  throw new HearthError('caller_not_found', `There is no ${word} named ${name}; list them to see which exist.`)
}
