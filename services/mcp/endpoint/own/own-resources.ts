import type { ReadResourceResult, Resource, ResourceTemplateType } from '@modelcontextprotocol/server'
import type { Principal } from '../../../common/contracts/principal.ts'
import type { ChangeBus } from '../../../common/contracts/settings.ts'
import type { Logger } from '../../../common/telemetry/logger.ts'
import type { Aggregator } from '../../aggregator/aggregator.ts'
import { hasScope } from '../../api/access.ts'
import type { Store } from '../../store/store.ts'
import type { Conversation } from '../../store/views.ts'
import type { OwnResources } from '../own-parts.ts'
import { everyPage } from './every-page.ts'
import { watchResources } from './resource-news.ts'
import { type OwnUri, ownUri, parseOwnUri, type ResourceKind } from './resource-uri.ts'
import type { SettingSummary } from './setting-access.ts'
import type { SettingKinds, SettingName } from './setting-kinds.ts'

export interface ResourceDeps {
  readonly store: Store
  readonly kinds: SettingKinds
  readonly aggregator: Aggregator
  readonly bus: ChangeBus
  readonly log: Logger
}

type SettingResource = Exclude<ResourceKind, 'conversations'>

/** Which settings stand behind which URIs. */
const settingOf = {
  profiles: 'profiles',
  devices: 'devices',
  servers: 'mcp_servers',
} as const satisfies Readonly<Record<SettingResource, SettingName>>

const settingResources = ['profiles', 'devices', 'servers'] as const satisfies readonly SettingResource[]

const titles: Readonly<Record<SettingResource, string>> = {
  profiles: 'Model profile',
  devices: 'Device',
  servers: 'MCP server',
}

/** Listed at most, of each kind. */
const MAX_SETTINGS = 1000
const MAX_CONVERSATIONS = 100
/** Messages of one read. */
const MESSAGES = 100
const MAX_VALUES = 100

const json = 'application/json'

const templates: readonly ResourceTemplateType[] = [
  ...settingResources.map((kind) => ({
    uriTemplate: `hearth://${kind}/{name}`,
    name: kind,
    title: titles[kind],
    description: `One of the house's ${kind}, as the REST API shows it`,
    mimeType: json,
  })),
  {
    uriTemplate: 'hearth://conversations/{id}',
    name: 'conversations',
    title: 'Conversation',
    description: 'One of your conversations with its messages, oldest first; next_uri leads to the next page',
    mimeType: json,
  },
]

/** `hearth://…` with the rights of REST: settings by scope and visibility, conversations for their owner only. */
export function createOwnResources(deps: ResourceDeps): OwnResources {
  return {
    templates,
    list: async (principal) => [
      ...(await Promise.all(settingResources.map((kind) => listSettings(deps, kind, principal)))).flat(),
      ...(await newest(deps, principal)).map(conversationResource),
    ],
    read: async (uri, principal, signal) => {
      const parsed = parseOwnUri(uri)
      const content = parsed === undefined ? undefined : await read(deps, parsed, principal, signal)
      return content === undefined ? undefined : contents(uri, content)
    },
    complete: async (template, variable, value, principal) => {
      const kind = templates.find(({ uriTemplate }) => uriTemplate === template)?.name
      if (kind === 'conversations') return variable === 'id' ? await completeId(deps, value, principal) : []
      const setting = settingResources.find((name) => name === kind)
      if (setting === undefined || variable !== 'name') return []
      return bestFirst(
        await settings(deps, setting, principal),
        value,
        ({ name }) => name,
        ({ about }) => about,
      )
    },
    watch: (tell) => watchResources(deps, tell),
  }
}

const contents = (uri: string, content: object): ReadResourceResult => ({
  contents: [{ uri, mimeType: json, text: JSON.stringify(content) }],
})

async function settings(
  { kinds }: ResourceDeps,
  kind: SettingResource,
  principal: Principal,
): Promise<readonly SettingSummary[]> {
  const access = kinds[settingOf[kind]]
  if (!access.mayRead(principal)) return []
  const { signal } = new AbortController()
  return await everyPage((page) => access.list(principal, page, signal), MAX_SETTINGS)
}

async function listSettings(
  deps: ResourceDeps,
  kind: SettingResource,
  principal: Principal,
): Promise<readonly Resource[]> {
  return (await settings(deps, kind, principal)).map(({ name, about }) => ({
    uri: ownUri({ kind, key: name }),
    name,
    title: `${titles[kind]} ${name}`,
    ...(about === '' ? {} : { description: about }),
    mimeType: json,
  }))
}

const mayReadConversations = (principal: Principal): boolean => hasScope(principal, ['chat'])

async function newest({ store }: ResourceDeps, principal: Principal): Promise<readonly Conversation[]> {
  if (!mayReadConversations(principal)) return []
  return (await store.conversations.list(principal, { limit: MAX_CONVERSATIONS })).items
}

const conversationResource = ({ id, title, updated_at }: Conversation): Resource => ({
  uri: ownUri({ kind: 'conversations', key: id }),
  name: id,
  title: title === '' ? 'Conversation' : title,
  mimeType: json,
  annotations: { lastModified: new Date(updated_at).toISOString() },
})

async function read(
  deps: ResourceDeps,
  { kind, key, cursor }: OwnUri,
  principal: Principal,
  signal: AbortSignal,
): Promise<object | undefined> {
  if (kind === 'conversations') return await readConversation(deps, { key, cursor }, principal)
  const access = deps.kinds[settingOf[kind]]
  return access.mayRead(principal) ? await access.find(principal, key, signal) : undefined
}

async function readConversation(
  { store }: ResourceDeps,
  { key, cursor }: { readonly key: string; readonly cursor: string | undefined },
  principal: Principal,
): Promise<object | undefined> {
  const conversation = mayReadConversations(principal) ? await store.conversations.get(principal, key) : undefined
  if (conversation === undefined) return undefined
  const page = { limit: MESSAGES, ...(cursor === undefined ? {} : { cursor }) }
  const { items, nextCursor } = await store.conversations.messages(principal, key, page)
  const next = nextCursor === undefined ? null : ownUri({ kind: 'conversations', key, cursor: nextCursor })
  return { ...conversation, messages: items, next_uri: next }
}

const completeId = async (deps: ResourceDeps, value: string, principal: Principal): Promise<readonly string[]> =>
  bestFirst(
    await newest(deps, principal),
    value,
    ({ id }) => id,
    ({ title }) => title,
  )

/** Those that begin with the text before those that hold it; then those whose words do. */
function bestFirst<Item>(
  items: readonly Item[],
  text: string,
  key: (item: Item) => string,
  words: (item: Item) => string,
): readonly string[] {
  const wanted = text.toLowerCase()
  const rank = (item: Item): number => {
    if (key(item).toLowerCase().startsWith(wanted)) return 0
    if (key(item).toLowerCase().includes(wanted)) return 1
    return words(item).toLowerCase().includes(wanted) ? 2 : 3
  }
  return items
    .map((item) => ({ key: key(item), rank: rank(item) }))
    .filter((item) => item.rank < 3)
    .toSorted((a, b) => a.rank - b.rank)
    .slice(0, MAX_VALUES)
    .map((item) => item.key)
}
