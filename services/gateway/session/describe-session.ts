import type { Principal } from '../../common/contracts/principal.ts'
import { protocolLimits, protocolName } from '../../common/contracts/protocol/limits.ts'
import type { SessionCreated } from '../../common/contracts/protocol/server-messages.ts'
import type { Snapshot } from '../../common/contracts/settings.ts'
import { defaultProfile, visibleProfiles } from '../../common/settings/visible-profiles.ts'

export interface SessionFacts {
  readonly sessionId: string
  readonly resumeToken: string
  readonly principal: Principal
  readonly snapshot: Snapshot | undefined
  readonly lanes: number
  readonly queuedPerLane: number
  readonly version: string
  /** Epoch milliseconds. */
  readonly now: number
}

/** The body of `session.created` and `session.updated`. */
export function describeSession(facts: SessionFacts): Omit<SessionCreated, 'type' | 'event_id'> {
  const { principal, snapshot } = facts
  const usual = snapshot === undefined ? undefined : defaultProfile(snapshot, principal)
  return {
    session_id: facts.sessionId,
    resume_token: facts.resumeToken,
    protocol: protocolName,
    limits: {
      text_frame_bytes: protocolLimits.textFrameBytes,
      json_depth: protocolLimits.jsonDepth,
      binary_chunk_bytes: protocolLimits.binaryChunkBytes,
      lanes: facts.lanes,
      queued_per_lane: facts.queuedPerLane,
    },
    profiles: (snapshot === undefined ? [] : visibleProfiles(snapshot, principal)).map((profile) => ({
      name: profile.name,
      description: profile.description,
      default: profile === usual,
      modalities: profile.modalities,
    })),
    revision: snapshot?.revision ?? 0,
    ttl_seconds:
      principal.expiresAt === undefined ? null : Math.max(0, Math.floor((principal.expiresAt - facts.now) / 1000)),
    server: { name: 'hearth', version: facts.version },
  }
}
