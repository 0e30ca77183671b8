import type { McpServer } from '../../../common/contracts/mcp-server.ts'

/** What of a server waits for a person. */
export interface ApprovalPolicy {
  /** Tools that were never approved. */
  readonly newWaits: boolean
  /** Tools that are not any more what was approved. */
  readonly changeWaits: boolean
  /** Tools whose text looks like an attack. */
  readonly flaggedWaits: boolean
}

/** The stricter of trust and `tools.approve` counts; only `never` lets through what looks like an attack. */
export function approvalPolicy({ trust, tools }: Pick<McpServer, 'trust' | 'tools'>): ApprovalPolicy {
  if (trust === 'low' || tools.approve === 'always') return { newWaits: true, changeWaits: true, flaggedWaits: true }
  if (tools.approve === 'never') return { newWaits: false, changeWaits: false, flaggedWaits: false }
  return { newWaits: false, changeWaits: trust !== 'high', flaggedWaits: true }
}

export interface Judged {
  readonly hash: string
  readonly approvedHash: string | null
  readonly flags: readonly string[]
}

export type Verdict =
  | { readonly state: 'active'; readonly approvedHash: string; readonly reason: null }
  | { readonly state: 'quarantined'; readonly approvedHash: string | null; readonly reason: string }

/** What was approved is active whatever it looks like; else the policy decides. */
export function judge({ hash, approvedHash, flags }: Judged, policy: ApprovalPolicy): Verdict {
  if (approvedHash === hash) return { state: 'active', approvedHash: hash, reason: null }
  const reasons = [
    approvedHash === null && policy.newWaits ? 'It is new, and new tools of this server wait for approval.' : undefined,
    approvedHash !== null && policy.changeWaits ? 'It changed since it was approved.' : undefined,
    ...(policy.flaggedWaits ? flags : []),
  ].filter((reason) => reason !== undefined)
  if (reasons.length === 0) return { state: 'active', approvedHash: hash, reason: null }
  return { state: 'quarantined', approvedHash, reason: reasons.join(' ') }
}
