import type { z } from 'zod'
import type { ObjectMeta, Origin } from '../../common/contracts/resource.ts'
import { parseUntrusted } from '../../common/parse-untrusted.ts'
import type { SettingsRow } from './database-schema.ts'

export interface EffectiveView<Spec> {
  /** By name, in the order of names. */
  readonly objects: readonly (Spec & ObjectMeta)[]
  /** Rows whose spec is not valid any more; they count as absent. */
  readonly bad: readonly Pick<SettingsRow, 'name' | 'origin'>[]
  /** Rows that another origin of the same name beats. */
  readonly shadowed: readonly Pick<SettingsRow, 'name' | 'origin'>[]
}

/** The declared beat the dynamic, the cluster beats the file. */
const precedence: readonly Origin[] = ['cluster', 'config', 'api']

export function byPrecedence(left: { readonly origin: Origin }, right: { readonly origin: Origin }): number {
  return precedence.indexOf(left.origin) - precedence.indexOf(right.origin)
}

/** Which rows are in force: of each name the valid one of the strongest origin. */
export function effectiveObjects<Spec extends object>(
  rows: readonly SettingsRow[],
  schema: z.ZodType<Spec>,
): EffectiveView<Spec> {
  const objects = new Map<string, Spec & ObjectMeta>()
  const bad: SettingsRow[] = []
  const shadowed: SettingsRow[] = []
  for (const row of rows.toSorted(byPrecedence)) {
    const spec = parseSpec(row.spec, schema)
    if (spec === undefined) bad.push(row)
    else if (objects.has(row.name)) shadowed.push(row)
    else objects.set(row.name, toObject(row, spec))
  }
  return { objects: [...objects.values()].toSorted(byName), bad, shadowed }
}

export function parseSpec<Spec>(text: string, schema: z.ZodType<Spec>): Spec | undefined {
  try {
    return parseUntrusted(schema, JSON.parse(text)).data
  } catch {
    return undefined
  }
}

export function toObject<Spec extends object>(row: Omit<SettingsRow, 'spec'>, spec: Spec): Spec & ObjectMeta {
  const { name, origin, revision, created_at, updated_at } = row
  return { ...spec, name, origin, revision, created_at, updated_at }
}

/** By code unit, as SQLite sorts. */
function byName(left: ObjectMeta, right: ObjectMeta): number {
  return left.name < right.name ? -1 : 1
}
