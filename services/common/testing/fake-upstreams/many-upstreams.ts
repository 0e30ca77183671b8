import { nastyTools } from './nasty-tools.ts'
import { type FakeTool, fakeTool, scriptOf, type UpstreamScript } from './upstream-script.ts'

export type Fate = 'healthy' | 'dead' | 'slow' | 'flooding'

export interface PlannedUpstream {
  readonly name: string
  readonly fate: Fate
  /** A tool that no other upstream has. */
  readonly ownTool: string
  readonly script: UpstreamScript
}

/** Names that many servers use: each but the first needs another towards clients. */
const commonNames = ['search', 'read_file', 'get-status', 'list_items', 'query'] as const

/** Before every answer of a slow one, milliseconds. */
const slowMs = 1500

/** Of each ten one is dead, one slow, one floods with answers and changes; the eras take turns. */
export const planMany = (count: number): readonly PlannedUpstream[] =>
  Array.from({ length: count }, (_, index): PlannedUpstream => {
    const fate = fateOf(index)
    const name = `up-${String(index).padStart(3, '0')}`
    const era = Math.floor(index / 10) % 2 === 0 ? 'modern' : 'legacy'
    const ownTool = `own_${index}`
    return { name, fate, ownTool, script: scriptOf({ era, tools: toolsOf(index, ownTool, fate), ...extremes[fate] }) }
  })

const extremes: Readonly<Record<Fate, Partial<UpstreamScript>>> = {
  healthy: {},
  dead: { health: { kind: 'dead' } },
  slow: { delayMs: slowMs },
  flooding: { changesPerSecond: 20 },
}

function fateOf(index: number): Fate {
  const fates: Readonly<Record<number, Fate>> = { 0: 'dead', 1: 'slow', 2: 'flooding' }
  return fates[index % 10] ?? 'healthy'
}

function toolsOf(index: number, ownTool: string, fate: Fate): readonly FakeTool[] {
  const common = commonNames.map((name) => fakeTool(name))
  const own = [fakeTool(ownTool), ...(fate === 'flooding' ? [flood] : [])]
  return index % 50 === 7 ? [...common, ...own, ...nastyTools()] : [...common, ...own]
}

/** More than an answer of a call may have by default. */
const flood = fakeTool('flood', { kind: 'flood', bytes: 2 * 1024 * 1024 })
