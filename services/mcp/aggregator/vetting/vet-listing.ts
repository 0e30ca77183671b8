import type { Prompt, Resource, ResourceTemplateType, ServerCapabilities } from '@modelcontextprotocol/client'
import { parseUriTemplate } from '../calls/uri-pattern.ts'
import type { ListingRecord } from '../catalog.ts'
import type { UpstreamListing } from '../upstream.ts'
import { cleanIcons, cleanMeta } from './clean-extras.ts'
import { cleanText, hasHidden } from './clean-text.ts'
import { isUsableName, type VettedTool, vetTool } from './vet-tool.ts'

/** What an upstream offers, bounded and without hidden characters. */
export interface VettedListing {
  /** Each own name once. */
  readonly tools: readonly VettedTool[]
  readonly listing: ListingRecord['listing']
  /** How many of a kind are over its limit and were left out; those of which none was are not in it. */
  readonly cut: Readonly<Partial<Record<keyof typeof listingLimits, number>>>
}

/** Most of each kind that is taken over of one upstream. */
const listingLimits = { tools: 2000, prompts: 1000, resources: 5000, resourceTemplates: 500 } as const

const maxTitle = 200
const maxText = 4096
const maxUri = 2048
const maxArguments = 100
const maxDate = 64

/** What is over a limit, unfit or twice is left out; of tools it is said why. */
export function vetListing(found: UpstreamListing, overHttp: boolean): VettedListing {
  const tools = firstBy(found.tools, ({ name }) => name)
  const prompts = firstBy(found.prompts.filter(isUsablePrompt), ({ name }) => name)
  const resources = firstBy(found.resources.filter(isUsableResource), ({ uri }) => uri)
  const resourceTemplates = firstBy(found.resourceTemplates.filter(isUsableTemplate), (one) => one.uriTemplate)
  return {
    tools: tools.map((tool, index) =>
      index < listingLimits.tools
        ? vetTool(tool, overHttp)
        : {
            type: 'refused',
            name: cleanText(tool.name, maxTitle),
            reason: `it is beyond the first ${listingLimits.tools}`,
          },
    ),
    listing: {
      capabilities: knownCapabilities(found.capabilities),
      instructions: found.instructions === undefined ? undefined : cleanText(found.instructions, maxText),
      prompts: prompts.slice(0, listingLimits.prompts).map(cleanPrompt),
      resources: resources.slice(0, listingLimits.resources).map(cleanResource),
      resourceTemplates: resourceTemplates.slice(0, listingLimits.resourceTemplates).map(cleanTemplate),
    },
    cut: {
      ...over('tools', tools),
      ...over('prompts', prompts),
      ...over('resources', resources),
      ...over('resourceTemplates', resourceTemplates),
    },
  }
}

const over = (kind: keyof typeof listingLimits, items: readonly unknown[]): VettedListing['cut'] =>
  items.length > listingLimits[kind] ? { [kind]: items.length - listingLimits[kind] } : {}

function firstBy<Item>(items: readonly Item[], keyOf: (item: Item) => string): readonly Item[] {
  const byKey = new Map<string, Item>()
  for (const item of items) if (!byKey.has(keyOf(item))) byKey.set(keyOf(item), item)
  return [...byKey.values()]
}

/** What is known of them, and nothing else: they stand in every catalog. */
function knownCapabilities({
  tools,
  prompts,
  resources,
  logging,
  completions,
}: ServerCapabilities): ServerCapabilities {
  return {
    ...(tools !== undefined && { tools: flag('listChanged', tools.listChanged) }),
    ...(prompts !== undefined && { prompts: flag('listChanged', prompts.listChanged) }),
    ...(resources !== undefined && {
      resources: { ...flag('subscribe', resources.subscribe), ...flag('listChanged', resources.listChanged) },
    }),
    ...(logging !== undefined && { logging: {} }),
    ...(completions !== undefined && { completions: {} }),
  }
}

const flag = <Name extends string>(name: Name, value: unknown): { readonly [Key in Name]?: boolean } =>
  // A computed name widens the type of its object.
  (typeof value === 'boolean' ? { [name]: value } : {}) as { readonly [Key in Name]?: boolean }

const isUsablePrompt = ({ name, arguments: args = [] }: Prompt): boolean =>
  isUsableName(name) && args.length <= maxArguments && args.every((argument) => isUsableName(argument.name))

/** `hearth:` is the house's own. */
const isUsableUri = (uri: string): boolean =>
  uri.length <= maxUri && /^[a-z][a-z0-9+.-]*:/i.test(uri) && !/^hearth:/i.test(uri) && !hasHidden(uri)

const isUsableResource = ({ uri }: Resource): boolean => isUsableUri(uri)

const isUsableTemplate = ({ uriTemplate }: ResourceTemplateType): boolean =>
  isUsableUri(uriTemplate) && parseUriTemplate(uriTemplate) !== undefined

interface Described {
  readonly title?: string | undefined
  readonly description?: string | undefined
  readonly icons?: Resource['icons']
  readonly _meta?: Resource['_meta']
}

const descriptionOf = ({ title, description, icons, _meta }: Described) => ({
  ...(title !== undefined && { title: cleanText(title, maxTitle) }),
  ...(description !== undefined && { description: cleanText(description, maxText) }),
  ...cleanIcons(icons),
  ...cleanMeta(_meta),
})

/** Two roles, a weight and a date; no more is known of them. */
function cleanAnnotations({ annotations }: Pick<Resource, 'annotations'>): Pick<Resource, 'annotations'> {
  if (annotations === undefined) return {}
  const { audience, priority, lastModified } = annotations
  return {
    annotations: {
      ...(audience !== undefined && { audience: [...new Set(audience)] }),
      ...(priority !== undefined && { priority }),
      ...(lastModified !== undefined && { lastModified: cleanText(lastModified, maxDate) }),
    },
  }
}

const cleanPrompt = (prompt: Prompt): Prompt => ({
  name: prompt.name,
  ...descriptionOf(prompt),
  ...(prompt.arguments !== undefined && {
    arguments: prompt.arguments.map(({ name, description, required }) => ({
      name,
      ...(description !== undefined && { description: cleanText(description, maxText) }),
      ...(required !== undefined && { required }),
    })),
  }),
})

const cleanResource = (resource: Resource): Resource => ({
  uri: resource.uri,
  name: cleanText(resource.name, maxTitle),
  ...descriptionOf(resource),
  ...(resource.mimeType !== undefined && { mimeType: cleanText(resource.mimeType, maxTitle) }),
  ...(resource.size !== undefined && { size: resource.size }),
  ...cleanAnnotations(resource),
})

const cleanTemplate = (template: ResourceTemplateType): ResourceTemplateType => ({
  uriTemplate: template.uriTemplate,
  name: cleanText(template.name, maxTitle),
  ...descriptionOf(template),
  ...(template.mimeType !== undefined && { mimeType: cleanText(template.mimeType, maxTitle) }),
  ...cleanAnnotations(template),
})
