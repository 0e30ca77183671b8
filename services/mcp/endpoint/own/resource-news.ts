import type { Device } from '../../../common/contracts/device.ts'
import type { McpServer } from '../../../common/contracts/mcp-server.ts'
import type { Principal } from '../../../common/contracts/principal.ts'
import type {
  ChangeBus,
  ConversationChange,
  Doorbell,
  SettingKind,
  Snapshot,
} from '../../../common/contracts/settings.ts'
import { toHearthError } from '../../../common/errors/hearth-error.ts'
import { visibleProfiles } from '../../../common/settings/visible-profiles.ts'
import type { Logger } from '../../../common/telemetry/logger.ts'
import type { Aggregator, CatalogNews } from '../../aggregator/aggregator.ts'
import { hasScope, isGuest } from '../../api/access.ts'
import { wholeSnapshot } from '../../api/whole-snapshot.ts'
import type { Store } from '../../store/store.ts'
import type { OwnResourceNews } from '../own-parts.ts'
import { everyPage } from './every-page.ts'
import { ownUri } from './resource-uri.ts'
import type { SettingKinds } from './setting-kinds.ts'

interface NewsDeps {
  readonly store: Pick<Store, 'settings' | 'homeDevices' | 'mcpServers'>
  readonly kinds: SettingKinds
  readonly aggregator: Pick<Aggregator, 'onCatalog'>
  readonly bus: ChangeBus
  readonly log: Logger
}

/** What was seen last of all that doorbells name without saying what. */
interface Seen {
  readonly snapshot: Snapshot
  readonly devices: readonly Device[]
  readonly servers: readonly McpServer[]
}

/** Kinds whose doorbell may change a resource or who sees it. */
const watchedKinds: ReadonlySet<SettingKind> = new Set(['profiles', 'users', 'devices', 'mcp_servers'])
const MAX_SETTINGS = 10_000

/** Tells of changes until it is disposed: conversations and catalogs at once, settings after one look at the store. */
export function watchResources(deps: NewsDeps, tell: OwnResourceNews): Disposable {
  const ended = new AbortController()
  const look = lookAgain(deps, tell, ended.signal)
  const doorbells = { onSubscribed: look, onMessage: (bell: Doorbell) => (isWatched(bell) ? look() : undefined) }
  deps.bus.subscribe('settings', doorbells, ended.signal)
  const news = { onMessage: (change: ConversationChange) => tellConversation(change, tell) }
  deps.bus.subscribe('conversations', news, ended.signal)
  const catalogs = deps.aggregator.onCatalog((change) => tellCatalog(change, deps.kinds, tell))
  return {
    [Symbol.dispose]: () => {
      catalogs[Symbol.dispose]()
      ended.abort()
    },
  }
}

const isWatched = ({ kinds }: Doorbell): boolean => kinds.some((kind) => watchedKinds.has(kind))

/** One look at a time; doorbells during a look make one more. The first only learns what there is. */
function lookAgain(deps: NewsDeps, tell: OwnResourceNews, signal: AbortSignal): () => void {
  let seen: Seen | undefined
  let isLooking = false
  let isDue = false
  const look = async (): Promise<void> => {
    while (isDue && !signal.aborted) {
      isDue = false
      const now = await see(deps, signal)
      if (seen !== undefined && !signal.aborted) tellSettings(seen, now, deps.kinds, tell)
      seen = now
    }
  }
  return () => {
    isDue = true
    if (isLooking) return
    isLooking = true
    look()
      .catch((error: unknown) => {
        if (signal.aborted) return
        deps.log.warn({ code: toHearthError(error).code }, 'changed resources are told with the next change only')
      })
      .finally(() => {
        isLooking = false
      })
  }
}

const see = async ({ store }: NewsDeps, signal: AbortSignal): Promise<Seen> => ({
  snapshot: await wholeSnapshot(store, signal),
  devices: await everyPage((page) => store.homeDevices.list(page), MAX_SETTINGS),
  servers: await store.mcpServers.all(),
})

function tellSettings(before: Seen, after: Seen, kinds: SettingKinds, tell: OwnResourceNews): void {
  tellProfiles(before.snapshot, after.snapshot, tell)
  tellDevices(before.devices, after.devices, kinds, tell)
  const names = changedNames(before.servers, after.servers)
  const mayRead = mayReadServers(kinds)
  for (const name of names) tell.updated(ownUri({ kind: 'servers', key: name }), mayRead)
  if (names.length > 0) tell.list(mayRead)
}

const mayReadServers =
  ({ mcp_servers }: SettingKinds) =>
  (principal: Principal): boolean =>
    mcp_servers.mayRead(principal) && !isGuest(principal)

function tellDevices(
  before: readonly Device[],
  after: readonly Device[],
  { devices }: SettingKinds,
  tell: OwnResourceNews,
): void {
  const names = changedNames(before, after)
  if (names.length === 0) return
  const forGuests = new Set([...before, ...after].filter(isForGuests).map(({ name }) => name))
  const mayRead = (principal: Principal, name: string): boolean =>
    devices.mayRead(principal) && (!isGuest(principal) || forGuests.has(name))
  for (const name of names) {
    tell.updated(ownUri({ kind: 'devices', key: name }), (principal) => mayRead(principal, name))
  }
  tell.list((principal) => names.some((name) => mayRead(principal, name)))
}

const isForGuests = ({ exposure }: Device): boolean => exposure.guests.length > 0

function tellProfiles(before: Snapshot, after: Snapshot, tell: OwnResourceNews): void {
  const names = changedNames(before.profiles, after.profiles)
  for (const name of names) {
    const sees = (principal: Principal, snapshot: Snapshot): boolean =>
      shownProfiles(snapshot, principal).some((profile) => profile.name === name)
    const mayRead = (principal: Principal): boolean => sees(principal, before) || sees(principal, after)
    tell.updated(ownUri({ kind: 'profiles', key: name }), mayRead)
  }
  if (names.length === 0 && JSON.stringify(before.users) === JSON.stringify(after.users)) return
  tell.list((principal) => profileList(before, principal) !== profileList(after, principal))
}

/** As REST shows them: all to who edits them, to others those they may use. */
function shownProfiles(snapshot: Snapshot, principal: Principal): Snapshot['profiles'] {
  if (hasScope(principal, ['settings'])) return snapshot.profiles
  return hasScope(principal, ['read']) ? visibleProfiles(snapshot, principal) : []
}

/** Changes exactly when what is listed of them does. */
const profileList = (snapshot: Snapshot, principal: Principal): string =>
  JSON.stringify(shownProfiles(snapshot, principal).map(({ name, description }) => [name, description]))

interface Revised {
  readonly name: string
  readonly revision: number
}

/** Made, changed and removed ones. */
function changedNames(before: readonly Revised[], after: readonly Revised[]): readonly string[] {
  const old = new Map(before.map(({ name, revision }) => [name, revision]))
  const now = new Map(after.map(({ name, revision }) => [name, revision]))
  return [...new Set([...old.keys(), ...now.keys()])].filter((name) => old.get(name) !== now.get(name))
}

function tellConversation({ conversation, owner, change }: ConversationChange, tell: OwnResourceNews): void {
  const isOwner = (principal: Principal): boolean => principal.id === owner && hasScope(principal, ['chat'])
  if (change !== 'created') tell.updated(ownUri({ kind: 'conversations', key: conversation }), isOwner)
  if (change === 'created' || change === 'renamed' || change === 'removed') tell.list(isOwner)
}

/** A server's resource shows its tools. */
function tellCatalog({ before, after }: CatalogNews, kinds: SettingKinds, tell: OwnResourceNews): void {
  const servers = new Set<string>()
  for (const [name, tool] of after.tools) {
    if (before.tools.get(name)?.revision !== tool.revision) servers.add(tool.server)
  }
  for (const [name, tool] of before.tools) if (!after.tools.has(name)) servers.add(tool.server)
  for (const name of servers) tell.updated(ownUri({ kind: 'servers', key: name }), mayReadServers(kinds))
}
