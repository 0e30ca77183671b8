import { isDeepStrictEqual } from 'node:util'
import type { Tool } from '@modelcontextprotocol/client'
import type { McpServer } from '../../../common/contracts/mcp-server.ts'
import type { ToolRecord } from '../catalog.ts'
import { exposeName, isRenamed } from '../exposure/expose-name.ts'
import type { VettedTool } from '../vetting/vet-tool.ts'
import { type ApprovalPolicy, approvalPolicy, judge } from './approval-policy.ts'
import { byCodeUnit } from './by-code-unit.ts'
import { toolHash } from './tool-hash.ts'

export type NewToolRecord = Omit<ToolRecord, 'revision'>

/** What happened to one tool, for the audit. */
export interface ToolEvent {
  readonly action:
    | 'tool.first_seen'
    | 'tool.change'
    | 'tool.quarantine'
    | 'tool.restore'
    | 'tool.gone'
    | 'tool.rename'
    | 'tool.refuse'
  /** The upstream's own name. */
  readonly name: string
  readonly reason: string | null
}

export interface ToolDiff {
  readonly records: readonly NewToolRecord[]
  readonly events: readonly ToolEvent[]
}

export interface DiffContext {
  readonly server: Pick<McpServer, 'name' | 'trust' | 'tools'>
  readonly records: readonly ToolRecord[]
  /** Over all servers. */
  readonly isTaken: (exposedName: string) => boolean
  readonly flagsOf: (tool: Tool, raw: Tool) => readonly string[]
  /** Epoch milliseconds. */
  readonly now: number
}

/** What one look at a server changes; tools that are denied are as good as not there. */
export function diffTools(
  found: readonly VettedTool[],
  isTakenOver: (name: string) => boolean,
  context: DiffContext,
): ToolDiff {
  const diff = new Diff(context)
  const known = new Map(context.records.map((record) => [record.name, record]))
  // In one order, whatever the upstream's: who comes first gets a name that two want.
  const wanted = eachNameOnce(found)
    .filter((tool) => isTakenOver(nameOf(tool)))
    .toSorted((a, b) => byCodeUnit(nameOf(a), nameOf(b)))
  const listed = new Set(wanted.map(nameOf))
  for (const record of context.records) if (!listed.has(record.name)) diff.gone(record)
  for (const tool of wanted) {
    if (tool.type === 'refused') diff.refused(tool.name, tool.reason, known.get(tool.name))
    else diff.seen(tool, known.get(tool.definition.name))
  }
  return diff.result()
}

/** A name that was cleaned for people may be that of another tool, which counts. */
function eachNameOnce(found: readonly VettedTool[]): readonly VettedTool[] {
  const byName = new Map<string, VettedTool>()
  for (const tool of found) if (tool.type === 'fit' || !byName.has(nameOf(tool))) byName.set(nameOf(tool), tool)
  return [...byName.values()]
}

/** What a change of the declaration changes of tools that are known: approval and names. */
export function rejudgeTools(context: DiffContext): ToolDiff {
  const diff = new Diff(context)
  for (const record of context.records) if (record.state !== 'gone') diff.rejudged(record)
  return diff.result()
}

/** Is it there, or approved for when it comes back? */
export const isHeld = ({ state, approvedHash }: ToolRecord): boolean => state !== 'gone' || approvedHash !== null

/** Its server is declared no more: names stay taken for a while, but nobody approved what another one of that name offers. */
export function allGone(records: readonly ToolRecord[], now: number): ToolDiff {
  return {
    records: records.filter(isHeld).map((record) => ({
      ...(record.state === 'gone' ? withoutRevision(record) : gone(record, now)),
      ...{ approvedHash: null, approvedDefinition: null },
    })),
    events: records
      .filter(({ state }) => state !== 'gone')
      .map(({ name }) => ({ action: 'tool.gone', name, reason: null })),
  }
}

function gone(record: ToolRecord, now: number): NewToolRecord {
  return { ...withoutRevision(record), state: 'gone', reason: null, goneAt: now }
}

const nameOf = (tool: VettedTool): string => (tool.type === 'fit' ? tool.definition.name : tool.name)

class Diff {
  readonly #context: DiffContext
  readonly #policy: ApprovalPolicy
  readonly #given = new Set<string>()
  readonly #records: NewToolRecord[] = []
  readonly #events: ToolEvent[] = []

  constructor(context: DiffContext) {
    this.#context = context
    this.#policy = approvalPolicy(context.server)
  }

  result(): ToolDiff {
    return { records: this.#records, events: this.#events }
  }

  gone(record: ToolRecord): void {
    if (record.state === 'gone') return
    this.#write(record, gone(record, this.#context.now))
  }

  /** One that is known and cannot be taken as it is now waits; it stays what it was. */
  refused(name: string, reason: string, record: ToolRecord | undefined): void {
    const sentence = `It is not taken over: ${reason}.`
    if (record === undefined) this.#events.push({ action: 'tool.refuse', name, reason: sentence })
    else this.#write(record, { ...withoutRevision(record), state: 'quarantined', reason: sentence, goneAt: null })
  }

  seen({ definition, raw }: Extract<VettedTool, { type: 'fit' }>, record: ToolRecord | undefined): void {
    const { server, flagsOf, now } = this.#context
    const hash = toolHash(definition)
    const approvedHash = record?.approvedHash ?? null
    const flags = approvedHash === hash ? [] : flagsOf(definition, raw)
    const next: NewToolRecord = {
      server: server.name,
      name: definition.name,
      exposedName: this.#name(definition.name, record),
      definition,
      hash,
      ...judge({ hash, approvedHash, flags }, this.#policy),
      approvedDefinition: approvedBefore(record, hash),
      enabled: record?.enabled ?? true,
      pinned: record?.pinned ?? false,
      firstSeenAt: record?.firstSeenAt ?? now,
      goneAt: null,
    }
    this.#write(record, next.state === 'active' ? { ...next, approvedDefinition: null } : next)
  }

  rejudged(record: ToolRecord): void {
    const { definition, hash, approvedHash } = record
    const exposedName = this.#name(record.name, record)
    // One that is kept as it was approved waits for its upstream to mend it, not for a declaration.
    const verdict =
      approvedHash === hash
        ? {}
        : judge({ hash, approvedHash, flags: this.#context.flagsOf(definition, definition) }, this.#policy)
    const next = { ...withoutRevision(record), exposedName, ...verdict }
    this.#write(record, next.state === 'active' ? { ...next, approvedDefinition: null } : next)
  }

  #name(name: string, record: ToolRecord | undefined): string {
    const { server, isTaken } = this.#context
    const renamed = Object.hasOwn(server.tools.rename, name) ? server.tools.rename[name] : undefined
    const isUsed = (candidate: string): boolean => isTaken(candidate) || this.#given.has(candidate)
    if (record !== undefined && (!isRenamed(renamed, record.exposedName) || isUsed(renamed))) return record.exposedName
    const given = exposeName({ server: server.name, name, renamed }, isUsed)
    this.#given.add(given)
    return given
  }

  #write(before: ToolRecord | undefined, after: NewToolRecord): void {
    if (before !== undefined && isSame(before, after)) return
    this.#records.push(after)
    const action = actionOf(before, after)
    if (action !== undefined) this.#events.push({ action, name: after.name, reason: after.reason })
  }
}

const withoutRevision = ({ revision: _, ...record }: ToolRecord): NewToolRecord => record

/** The stored form may leave out what is null. */
function isSame(before: ToolRecord, after: NewToolRecord): boolean {
  const comparable = (record: NewToolRecord) => ({ ...record, approvedDefinition: record.approvedDefinition ?? null })
  return isDeepStrictEqual(comparable(withoutRevision(before)), comparable(after))
}

/** Kept while another definition waits, so that a person can compare the two. */
function approvedBefore(record: ToolRecord | undefined, hash: string): Tool | null {
  if (record === undefined || record.approvedHash === null || record.approvedHash === hash) return null
  return record.approvedDefinition ?? (record.approvedHash === record.hash ? record.definition : null)
}

function actionOf(before: ToolRecord | undefined, after: NewToolRecord): ToolEvent['action'] | undefined {
  if (after.state === 'gone') return 'tool.gone'
  const changed = before?.hash !== after.hash
  if (after.state === 'quarantined') return changed || before?.state !== 'quarantined' ? 'tool.quarantine' : undefined
  if (before === undefined) return 'tool.first_seen'
  if (before.state !== 'active') return 'tool.restore'
  if (changed) return 'tool.change'
  return before.exposedName === after.exposedName ? undefined : 'tool.rename'
}
