import type { z } from 'zod'
import type { Principal, Scope } from '../../common/contracts/principal.ts'
import type { ObjectMeta } from '../../common/contracts/resource.ts'
import { HearthError, toHearthError } from '../../common/errors/hearth-error.ts'
import { versionTag } from '../../common/rest/version-tag.ts'
import type { SettingsObjects, Store } from '../store/store.ts'
import type { ApiContext } from './api-context.ts'
import { contentTag, isUnchanged, revisionTag } from './entity-tag.ts'
import { parseRequest } from './invalid-request.ts'
import { patchObject } from './patch-object.ts'
import { expectedRevision } from './preconditions.ts'
import { type Answer, type Route, tokenRoute } from './route.ts'
import { nameParams, noBody, noParams, noQuery, pageQuery, patchBody } from './schemas/request-schema.ts'
import { settleWrite } from './settle-write.ts'

/** A kind of named settings that may also be declared: what its routes need to know. */
export interface SettingsKind<Spec extends object> {
  /** Plural, as in the path. */
  readonly plural: string
  /** Singular with a capital, as in operation ids. */
  readonly noun: string
  readonly readScopes: readonly Scope[]
  readonly writeScopes: readonly Scope[]
  readonly view: z.ZodType
  readonly page: z.ZodType
  readonly creation: z.ZodType<{ name: string; spec: Spec }>
  readonly replacement: z.ZodType<{ name?: string | undefined; spec: Spec }>
  objects(store: Store): SettingsObjects<Spec>
  /** Which objects the caller may see. */
  visibility(caller: Principal, store: Store, signal: AbortSignal): Promise<(object: Spec & ObjectMeta) => boolean>
  /** Who may replace, change or remove this one, switching aside. @throws HearthError */
  readonly demandChange?: (caller: Principal, current: Spec & ObjectMeta) => void
  /** What a write must fit beside the schema. @throws HearthError */
  readonly demandWrite?: (caller: Principal, spec: Spec, context: ApiContext) => void
  /** Of kinds with a switch: `{"enabled": …}` alone is this, also of declared ones. */
  readonly toggle?: (
    store: Store,
    name: string,
    enabled: boolean,
    ifRevision: number | undefined,
  ) => Promise<Spec & ObjectMeta>
  /** Objects as the caller sees them, with what changes without a revision. Default: as they are. */
  readonly viewer?: (caller: Principal, context: ApiContext) => (object: Spec & ObjectMeta) => object
}

/** GET (page and one), POST, PUT, PATCH, DELETE. */
export function settingsRoutes<Spec extends object>(kind: SettingsKind<Spec>): readonly Route[] {
  return [listRoute(kind), createRoute(kind), getRoute(kind), replaceRoute(kind), patchRoute(kind), removeRoute(kind)]
}

function listRoute<Spec extends object>(kind: SettingsKind<Spec>): Route {
  return tokenRoute(
    {
      operation: `list${kind.noun}s`,
      method: 'GET',
      path: `/${kind.plural}`,
      summary: `The effective ${wordOf(kind, ' ')}s that the caller may see, by name`,
      anyOf: kind.readScopes,
      success: { type: 'json', status: 200, schema: kind.page },
    },
    { params: noParams, query: pageQuery, body: noBody },
    async ({ query, principal, ifNoneMatch, signal }, context) => {
      const { store } = context
      // Read before the objects, so that the tag is never newer than what it names.
      const tag = versionTag(await store.version())
      if (kind.viewer === undefined && isUnchanged(ifNoneMatch, tag)) return { type: 'unchanged', tag }
      const isVisible = await kind.visibility(principal, store, signal)
      const page = await kind.objects(store).list(query)
      const data = page.items.filter(isVisible).map(viewerOf(kind, principal, context))
      const body = { data, next_cursor: page.nextCursor ?? null }
      return {
        type: 'json',
        status: 200,
        body,
        tag: kind.viewer === undefined ? tag : contentTag(JSON.stringify(body)),
      }
    },
  )
}

function getRoute<Spec extends object>(kind: SettingsKind<Spec>): Route {
  return tokenRoute(
    {
      operation: `get${kind.noun}`,
      method: 'GET',
      path: `/${kind.plural}/{name}`,
      summary: 'One of them',
      anyOf: kind.readScopes,
      success: { type: 'json', status: 200, schema: kind.view },
      errors: ['caller_not_found'],
    },
    { params: nameParams, query: noQuery, body: noBody },
    async ({ params, principal, signal }, context) => {
      const { store } = context
      const object = await kind.objects(store).get(params.name)
      const isVisible = await kind.visibility(principal, store, signal)
      if (object === undefined || !isVisible(object)) throw notFound(kind, params.name)
      return shown(kind, object, { status: 200, principal, context })
    },
  )
}

function createRoute<Spec extends object>(kind: SettingsKind<Spec>): Route {
  return tokenRoute(
    {
      operation: `create${kind.noun}`,
      method: 'POST',
      path: `/${kind.plural}`,
      summary: 'Makes one; what is left out gets its default',
      anyOf: kind.writeScopes,
      success: { type: 'json', status: 201, schema: kind.view },
      errors: ['caller_conflict'],
    },
    { params: noParams, query: noQuery, body: kind.creation },
    async ({ body: { name, spec }, principal }, context) => {
      demand(kind, { name, current: undefined, spec }, principal, context)
      const object = await kind.objects(context.store).create(name, spec)
      await settle(kind, { name, verb: 'create', principal }, context)
      return shown(kind, object, { status: 201, principal, context })
    },
  )
}

function replaceRoute<Spec extends object>(kind: SettingsKind<Spec>): Route {
  return tokenRoute(
    {
      operation: `replace${kind.noun}`,
      method: 'PUT',
      path: `/${kind.plural}/{name}`,
      summary: 'Replaces it, or makes it (201); what is left out gets its default',
      anyOf: kind.writeScopes,
      success: { type: 'json', status: 200, schema: kind.view },
      errors: ['caller_conflict'],
    },
    { params: nameParams, query: noQuery, body: kind.replacement },
    async ({ params: { name }, body: { name: newName, spec }, principal, ...conditions }, context) => {
      refuseRename(name, newName)
      const objects = kind.objects(context.store)
      const current = await objects.get(name)
      demand(kind, { name, current, spec }, principal, context)
      const expected = expectedRevision(current, conditions)
      const isNew = current === undefined
      const object = await (isNew ? objects.create(name, spec) : objects.put(name, spec, expected))
      await settle(kind, { name, verb: isNew ? 'create' : 'update', principal }, context)
      return shown(kind, object, { status: isNew ? 201 : 200, principal, context })
    },
  )
}

function patchRoute<Spec extends object>(kind: SettingsKind<Spec>): Route {
  return tokenRoute(
    {
      operation: `patch${kind.noun}`,
      method: 'PATCH',
      path: `/${kind.plural}/{name}`,
      summary: patchSummary(kind),
      anyOf: kind.writeScopes,
      success: { type: 'json', status: 200, schema: kind.view },
      errors: ['caller_not_found', 'caller_conflict'],
      merged: kind.replacement,
    },
    { params: nameParams, query: noQuery, body: patchBody },
    async ({ params: { name }, body: patch, principal, ...conditions }, context) => {
      const read = () => kind.objects(context.store).get(name)
      const step = patchStep(kind, name, patch, { principal, context })
      const object = await patchObject({ read, write: step.write, patch, conditions })
      if (object === undefined) throw notFound(kind, name)
      await settle(kind, { ...step.done, name, principal }, context)
      return shown(kind, object, { status: 200, principal, context })
    },
  )
}

const patchSummary = ({ toggle }: { readonly toggle?: unknown }): string =>
  `Merges the body into it (JSON Merge Patch, RFC 7396); null sets a field back to its default${toggle === undefined ? '' : '. `{"enabled": …}` alone switches it, also a declared one'}`

interface PatchStep<Spec> {
  write(merged: unknown, current: Spec & ObjectMeta): Promise<Spec & ObjectMeta>
  readonly done: Pick<Done, 'verb' | 'detail'>
}

/** A patch of nothing but the switch is a toggle, where the kind has one. */
function patchStep<Spec extends object>(
  kind: SettingsKind<Spec>,
  name: string,
  patch: Readonly<Record<string, unknown>>,
  { principal, context }: { readonly principal: Principal; readonly context: ApiContext },
): PatchStep<Spec> {
  const { enabled } = patch
  const { toggle } = kind
  if (toggle !== undefined && typeof enabled === 'boolean' && Object.keys(patch).length === 1) {
    const write = (_merged: unknown, { revision }: ObjectMeta) => toggle(context.store, name, enabled, revision)
    return { write, done: { verb: 'toggle', detail: { enabled } } }
  }
  const write = async (merged: unknown, current: Spec & ObjectMeta): Promise<Spec & ObjectMeta> => {
    const { name: newName, spec } = parseRequest(kind.replacement, merged, 'body')
    refuseRename(name, newName)
    demand(kind, { name, current, spec }, principal, context)
    return await kind.objects(context.store).put(name, spec, current.revision)
  }
  return { write, done: { verb: 'update', detail: { fields: Object.keys(patch) } } }
}

function removeRoute<Spec extends object>(kind: SettingsKind<Spec>): Route {
  return tokenRoute(
    {
      operation: `remove${kind.noun}`,
      method: 'DELETE',
      path: `/${kind.plural}/{name}`,
      summary: 'Removes it',
      anyOf: kind.writeScopes,
      success: { type: 'empty' },
      errors: ['caller_not_found', 'caller_conflict'],
    },
    { params: nameParams, query: noQuery, body: noBody },
    async ({ params: { name }, principal, ...conditions }, context) => {
      const objects = kind.objects(context.store)
      const current = await objects.get(name)
      if (current === undefined) throw notFound(kind, name)
      demand(kind, { name, current, spec: undefined }, principal, context)
      await objects.remove(name, expectedRevision(current, conditions))
      await settle(kind, { name, verb: 'remove', principal }, context)
      return { type: 'empty' }
    },
  )
}

interface Shown {
  readonly status: 200 | 201
  readonly principal: Principal
  readonly context: ApiContext
}

function shown<Spec extends object>(
  kind: SettingsKind<Spec>,
  object: Spec & ObjectMeta,
  { status, principal, context }: Shown,
): Answer {
  return {
    type: 'json',
    status,
    body: viewerOf(kind, principal, context)(object),
    tag: revisionTag(object.revision),
    isVolatile: kind.viewer !== undefined,
    ...(status === 201 ? { location: `/api/v1/${kind.plural}/${object.name}` } : {}),
  }
}

const viewerOf = <Spec extends object>(
  { viewer }: SettingsKind<Spec>,
  caller: Principal,
  context: ApiContext,
): ((object: Spec & ObjectMeta) => object) => viewer?.(caller, context) ?? ((object) => object)

interface WantedWrite<Spec> {
  readonly name: string
  /** Undefined: it is made. */
  readonly current: (Spec & ObjectMeta) | undefined
  /** Undefined: it is removed. */
  readonly spec: Spec | undefined
}

/** A write that the kind forbids is audited as blocked. */
function demand<Spec extends object>(
  kind: SettingsKind<Spec>,
  { name, current, spec }: WantedWrite<Spec>,
  caller: Principal,
  context: ApiContext,
): void {
  try {
    if (current !== undefined) kind.demandChange?.(caller, current)
    if (spec !== undefined) kind.demandWrite?.(caller, spec, context)
  } catch (error) {
    const { code } = toHearthError(error)
    const action = `${wordOf(kind, '_')}.write`
    const { audit } = context.store
    if (code.startsWith('policy_')) {
      audit.record({ principal: caller.id, action, target: name, outcome: 'blocked', code, detail: null })
    }
    throw error
  }
}

interface Done {
  readonly name: string
  readonly verb: 'create' | 'update' | 'toggle' | 'remove'
  readonly principal: Principal
  readonly detail?: object
}

const settle = (kind: Named, { name, verb, ...done }: Done, context: ApiContext): Promise<void> =>
  settleWrite(context, { ...done, action: `${wordOf(kind, '_')}.${verb}`, target: name })

interface Named {
  readonly noun: string
}

/** `McpServer` as words: `mcp server`, `mcp_server`. */
const wordOf = ({ noun }: Named, separator: ' ' | '_'): string =>
  noun.replaceAll(/(?<=[a-z])(?=[A-Z])/g, separator).toLowerCase()

const notFound = (kind: Named, name: string): HearthError =>
  new HearthError('caller_not_found', `There is no ${wordOf(kind, ' ')} named ${name}; list them to see which exist.`)

function refuseRename(name: string, wanted: string | undefined): void {
  if (wanted === undefined || wanted === name) return
  throw new HearthError('caller_invalid_request', 'name: is fixed; make a new object and remove this one.', {
    details: { param: 'name' },
  })
}
