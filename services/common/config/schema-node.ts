import { z } from 'zod'
import { configSchema } from './config-schema.ts'

/** One place of the configuration as JSON Schema: what the loader, the messages and the generators walk. */
export type SchemaNode = z.core.JSONSchema.JSONSchema

/** Keys and list positions from the root down. */
export type ConfigPath = readonly (string | number)[]

export const pathText = (path: ConfigPath): string =>
  path.reduce<string>((text, key) => (typeof key === 'number' ? `${text}[${key}]` : text ? `${text}.${key}` : key), '')

/** The whole of config.yaml as JSON Schema (draft 2020-12): what a person may write, defaults included. */
export const configSchemaTree = (): SchemaNode => z.toJSONSchema(configSchema, { io: 'input' })

/** The alternatives of a node: itself, or what a union offers. */
export const variantsOf = (node: SchemaNode): readonly SchemaNode[] => node.anyOf?.flatMap(variantsOf) ?? [node]

const asNode = (schema: z.core.JSONSchema._JSONSchema | undefined): SchemaNode | undefined =>
  typeof schema === 'object' ? schema : undefined

/** Names that a section knows; empty for maps with free names and for scalars. */
export const keysOf = (node: SchemaNode): readonly string[] =>
  variantsOf(node).flatMap((variant) => Object.keys(variant.properties ?? {}))

/** What every value of a map with free names must be; undefined for anything else. */
export function entryOf(node: SchemaNode): SchemaNode | undefined {
  return variantsOf(node)
    .map((variant) => asNode(variant.additionalProperties))
    .find((entry) => entry !== undefined)
}

const itemOf = (node: SchemaNode): SchemaNode | undefined =>
  variantsOf(node)
    .map((variant) => (Array.isArray(variant.items) ? undefined : asNode(variant.items)))
    .find((item) => item !== undefined)

const propertyOf = (node: SchemaNode, key: string): SchemaNode | undefined =>
  variantsOf(node)
    .map((variant) => (Object.hasOwn(variant.properties ?? {}, key) ? asNode(variant.properties?.[key]) : undefined))
    .find((property) => property !== undefined)

export const childOf = (node: SchemaNode, key: string | number): SchemaNode | undefined =>
  typeof key === 'number' ? itemOf(node) : (propertyOf(node, key) ?? entryOf(node))

export function nodeAt(root: SchemaNode, path: ConfigPath): SchemaNode | undefined {
  return path.reduce<SchemaNode | undefined>((node, key) => (node === undefined ? undefined : childOf(node, key)), root)
}

/** A section or map: has keys of its own rather than a value. */
export const isSection = (node: SchemaNode): boolean => variantsOf(node).some((variant) => variant.type === 'object')

export const isNullable = (node: SchemaNode): boolean => variantsOf(node).some((variant) => variant.type === 'null')
