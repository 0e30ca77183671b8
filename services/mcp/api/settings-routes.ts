import type { z } from 'zod'
import type { Principal, Scope } from '../../common/contracts/principal.ts'
import type { ObjectMeta } from '../../common/contracts/resource.ts'
import { HearthError } from '../../common/errors/hearth-error.ts'
import { versionTag } from '../../common/rest/version-tag.ts'
import type { SettingsObjects, Store } from '../store/store.ts'
import { isUnchanged, revisionTag } from './entity-tag.ts'
import { parseRequest } from './invalid-request.ts'
import { patchObject } from './patch-object.ts'
import { expectedRevision } from './preconditions.ts'
import { type Answer, type Route, tokenRoute } from './route.ts'
import { nameParams, noBody, noParams, noQuery, pageQuery, patchBody } from './schemas/request-schema.ts'

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
      summary: `The effective ${kind.plural} that the caller may see, by name`,
      anyOf: kind.readScopes,
      success: { type: 'json', status: 200, schema: kind.page },
    },
    { params: noParams, query: pageQuery, body: noBody },
    async ({ query, principal, ifNoneMatch, signal }, store) => {
      // Read before the objects, so that the tag is never newer than what it names.
      const tag = versionTag(await store.version())
      if (isUnchanged(ifNoneMatch, tag)) return { type: 'unchanged', tag }
      const isVisible = await kind.visibility(principal, store, signal)
      const page = await kind.objects(store).list(query)
      const body = { data: page.items.filter(isVisible), next_cursor: page.nextCursor ?? null }
      return { type: 'json', status: 200, body, tag }
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
    async ({ params, principal, signal }, store) => {
      const object = await kind.objects(store).get(params.name)
      const isVisible = await kind.visibility(principal, store, signal)
      if (object === undefined || !isVisible(object)) throw notFound(kind, params.name)
      return shown(object, 200)
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
    async ({ body: { name, spec } }, store) => {
      return shown(await kind.objects(store).create(name, spec), 201, `/api/v1/${kind.plural}/${name}`)
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
    async ({ params: { name }, body, ...conditions }, store) => {
      refuseRename(name, body.name)
      const objects = kind.objects(store)
      const current = await objects.get(name)
      const expected = expectedRevision(current, conditions)
      if (current !== undefined) return shown(await objects.put(name, body.spec, expected), 200)
      return shown(await objects.create(name, body.spec), 201, `/api/v1/${kind.plural}/${name}`)
    },
  )
}

function patchRoute<Spec extends object>(kind: SettingsKind<Spec>): Route {
  return tokenRoute(
    {
      operation: `patch${kind.noun}`,
      method: 'PATCH',
      path: `/${kind.plural}/{name}`,
      summary: 'Merges the body into it (JSON Merge Patch, RFC 7396); null sets a field back to its default',
      anyOf: kind.writeScopes,
      success: { type: 'json', status: 200, schema: kind.view },
      errors: ['caller_not_found', 'caller_conflict'],
      merged: kind.replacement,
    },
    { params: nameParams, query: noQuery, body: patchBody },
    async ({ params: { name }, body: patch, ...conditions }, store) => {
      const objects = kind.objects(store)
      const object = await patchObject({
        read: () => objects.get(name),
        write: async (merged, revision) => {
          const { name: newName, spec } = parseRequest(kind.replacement, merged, 'body')
          refuseRename(name, newName)
          return objects.put(name, spec, revision)
        },
        patch,
        conditions,
      })
      if (object === undefined) throw notFound(kind, name)
      return shown(object, 200)
    },
  )
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
    async ({ params: { name }, ...conditions }, store) => {
      const objects = kind.objects(store)
      const current = await objects.get(name)
      if (current === undefined) throw notFound(kind, name)
      await objects.remove(name, expectedRevision(current, conditions))
      return { type: 'empty' }
    },
  )
}

const shown = (object: ObjectMeta, status: 200 | 201, location?: string): Answer => ({
  type: 'json',
  status,
  body: object,
  tag: revisionTag(object.revision),
  ...(location === undefined ? {} : { location }),
})

interface Named {
  readonly noun: string
}

const notFound = ({ noun }: Named, name: string): HearthError =>
  new HearthError('caller_not_found', `There is no ${noun.toLowerCase()} named ${name}; list them to see which exist.`)

function refuseRename(name: string, wanted: string | undefined): void {
  if (wanted === undefined || wanted === name) return
  throw new HearthError('caller_invalid_request', 'name: is fixed; make a new object and remove this one.', {
    details: { param: 'name' },
  })
}
