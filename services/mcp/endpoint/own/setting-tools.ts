import { z } from 'zod'
import type { Principal } from '../../../common/contracts/principal.ts'
import { origins, resourceName } from '../../../common/contracts/resource.ts'
import { HearthError } from '../../../common/errors/hearth-error.ts'
import type { ApiContext } from '../../api/api-context.ts'
import { inlineSchema } from '../../api/openapi/json-schema.ts'
import { settleWrite } from '../../api/settle-write.ts'
import type { PageRequest } from '../../store/store.ts'
import type { OwnTool } from '../own-parts.ts'
import { ownTool } from './own-tool.ts'
import { present } from './setting-access.ts'
import { type SettingKinds, type SettingName, settingNames } from './setting-kinds.ts'

export interface SettingToolDeps {
  readonly kinds: SettingKinds
  readonly context: ApiContext
}

const kind = z.enum(settingNames).describe('Which settings')
const ifRevision = z
  .int()
  .min(0)
  .exactOptional()
  .describe('Only if it still is at this revision; default: whatever it is')

const setting = z.record(z.string(), z.unknown())

/** Profiles, users, devices and MCP servers: listed, read, written and removed with the rights of REST. */
export const settingTools = (deps: SettingToolDeps): readonly OwnTool[] => [
  listSettings(deps),
  getSetting(deps),
  putSetting(deps),
  removeSetting(deps),
]

const summary = z.object({ name: z.string(), origin: z.enum(origins), revision: z.int(), about: z.string() })

const listSettings = ({ kinds }: SettingToolDeps): OwnTool =>
  ownTool({
    name: 'hearth_list_settings',
    title: 'List settings',
    description:
      'Lists model profiles, users, devices or MCP servers of the house, by name. ' +
      'With with_schema also the JSON Schema that hearth_put_setting wants for this kind.',
    effect: 'reads',
    anyOf: ['read', 'settings', 'devices', 'tools'],
    input: z.strictObject({
      kind,
      limit: z.int().min(1).max(200).default(50).describe('How many at most'),
      cursor: z.string().min(1).max(1024).exactOptional().describe('next_cursor of the call before'),
      with_schema: z.boolean().default(false),
    }),
    output: z.object({
      settings: z.array(summary),
      next_cursor: z.string().nullable(),
      schema: z.record(z.string(), z.unknown()).exactOptional(),
    }),
    run: async ({ kind: name, with_schema, ...page }, { principal, signal }) => {
      const { items, nextCursor = null } = await kinds[name].list(principal, pageOf(page), signal)
      return {
        settings: [...items],
        next_cursor: nextCursor,
        ...(with_schema ? { schema: inlineSchema(kinds[name].spec) } : {}),
      }
    },
  })

const pageOf = ({ limit, cursor }: PageRequest): PageRequest => ({ limit, ...(cursor === undefined ? {} : { cursor }) })

const getSetting = ({ kinds }: SettingToolDeps): OwnTool =>
  ownTool({
    name: 'hearth_get_setting',
    title: 'Read a setting',
    description: 'One model profile, user, device or MCP server, whole, with its revision.',
    effect: 'reads',
    anyOf: ['read', 'settings', 'devices', 'tools'],
    input: z.strictObject({ kind, name: resourceName }),
    output: z.object({ setting }),
    run: async ({ kind: settingName, name }, { principal, signal }) => {
      const { find, word } = kinds[settingName]
      return { setting: { ...present(await find(principal, name, signal), word, name) } }
    },
  })

const putSetting = (deps: SettingToolDeps): OwnTool =>
  ownTool({
    name: 'hearth_put_setting',
    title: 'Write a setting',
    description:
      'Makes or replaces a model profile, user, device or MCP server; with merge it changes only the fields given ' +
      '(null: back to the default). What config.yaml declares cannot be changed here. In force when it is answered.',
    effect: 'overwrites',
    anyOf: ['settings'],
    input: z.strictObject({
      kind,
      name: resourceName,
      value: setting.describe('Its fields, without name; see hearth_list_settings with with_schema'),
      merge: z.boolean().default(false),
      if_revision: ifRevision,
    }),
    output: z.object({ setting }),
    run: async ({ kind: settingName, name, value, merge, if_revision }, { principal }) => {
      const access = deps.kinds[settingName]
      const write = { name, value, isMerge: merge, ifRevision: if_revision }
      const target = { principal, kind: settingName, name }
      const { object, isNew } = await blockedIsAudited(deps, target, () => access.put(principal, write))
      const action = `${access.word}.${isNew ? 'create' : 'update'}`
      const detail = { fields: Object.keys(value) }
      await settleWrite(deps.context, { principal, action, target: name, detail })
      return { setting: { ...object } }
    },
  })

const removeSetting = (deps: SettingToolDeps): OwnTool =>
  ownTool({
    name: 'hearth_remove_setting',
    title: 'Remove a setting',
    description: 'Removes a model profile, user, device or MCP server. In force when it is answered.',
    effect: 'overwrites',
    anyOf: ['settings'],
    input: z.strictObject({ kind, name: resourceName, if_revision: ifRevision }),
    output: z.object({ removed: z.string() }),
    run: async ({ kind: settingName, name, if_revision }, { principal }) => {
      const access = deps.kinds[settingName]
      const target = { principal, kind: settingName, name }
      await blockedIsAudited(deps, target, () => access.remove(principal, name, if_revision))
      await settleWrite(deps.context, { principal, action: `${access.word}.remove`, target: name })
      return { removed: name }
    },
  })

interface Target {
  readonly principal: Principal
  readonly kind: SettingName
  readonly name: string
}

/** What was refused for want of a right is kept too. */
async function blockedIsAudited<Result>(
  { context, kinds }: SettingToolDeps,
  { principal, kind: settingName, name }: Target,
  work: () => Promise<Result>,
): Promise<Result> {
  try {
    return await work()
  } catch (error) {
    if (error instanceof HearthError && error.code === 'policy_access_denied') {
      const action = `${kinds[settingName].word}.write`
      const { audit } = context.store
      audit.record({
        principal: principal.id,
        action,
        target: name,
        outcome: 'blocked',
        code: error.code,
        detail: null,
      })
    }
    throw error
  }
}
