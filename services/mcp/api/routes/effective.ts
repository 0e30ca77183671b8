import type { Principal } from '../../../common/contracts/principal.ts'
import type { SettingKind, Snapshot } from '../../../common/contracts/settings.ts'
import { versionTag } from '../../../common/rest/version-tag.ts'
import { visibleProfiles } from '../../../common/settings/visible-profiles.ts'
import { hasScope, isGuest } from '../access.ts'
import { isUnchanged } from '../entity-tag.ts'
import { type Route, tokenRoute } from '../route.ts'
import { noBody, noParams, noQuery, pageQuery } from '../schemas/request-schema.ts'
import { changePage, snapshotView } from '../schemas/settings-schema.ts'
import { wholeSnapshot } from '../whole-snapshot.ts'

/** The effective settings as a whole, and their change log. */
export const effectiveRoutes = (): readonly Route[] => [getSnapshot(), listChanges()]

const getSnapshot = (): Route =>
  tokenRoute(
    {
      operation: 'getSnapshot',
      method: 'GET',
      path: '/snapshot',
      summary: 'Profiles and users that the caller may see, at one revision',
      anyOf: ['read', 'settings'],
      success: { type: 'json', status: 200, schema: snapshotView },
    },
    { params: noParams, query: noQuery, body: noBody },
    async ({ principal, ifNoneMatch, signal }, { store }) => {
      const known = versionTag(await store.version())
      if (isUnchanged(ifNoneMatch, known)) return { type: 'unchanged', tag: known }
      const snapshot = await wholeSnapshot(store, signal)
      return { type: 'json', status: 200, body: visiblePart(snapshot, principal), tag: versionTag(snapshot) }
    },
  )

/** Without credentials; of users, only admins see more than themselves. */
function visiblePart(snapshot: Snapshot, caller: Principal) {
  const { epoch, revision, users } = snapshot
  const seesAllUsers = hasScope(caller, ['admin'])
  return {
    epoch,
    revision,
    profiles: hasScope(caller, ['settings']) ? snapshot.profiles : visibleProfiles(snapshot, caller),
    users: users.filter((user) => seesAllUsers || user.name === caller.user),
  }
}

const adminKinds: readonly string[] = ['users', 'credentials'] satisfies readonly SettingKind[]
const guestKinds: readonly string[] = ['profiles'] satisfies readonly SettingKind[]

function seesChangesOf(kind: string, caller: Principal): boolean {
  if (isGuest(caller)) return guestKinds.includes(kind)
  return hasScope(caller, ['admin']) || !adminKinds.includes(kind)
}

const listChanges = (): Route =>
  tokenRoute(
    {
      operation: 'listChanges',
      method: 'GET',
      path: '/changes',
      summary:
        'The change log of settings, newest first; those of users and credentials for admins only, and of profiles alone for guests',
      anyOf: ['read', 'settings'],
      success: { type: 'json', status: 200, schema: changePage },
    },
    { params: noParams, query: pageQuery, body: noBody },
    async ({ query, principal, ifNoneMatch }, { store }) => {
      const tag = versionTag(await store.version())
      if (isUnchanged(ifNoneMatch, tag)) return { type: 'unchanged', tag }
      const page = await store.changes(query)
      const data = page.items.filter(({ kind }) => seesChangesOf(kind, principal))
      return { type: 'json', status: 200, body: { data, next_cursor: page.nextCursor ?? null }, tag }
    },
  )
