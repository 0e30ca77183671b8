import type { ModelProfile } from '../../../common/contracts/model-profile.ts'
import type { Principal } from '../../../common/contracts/principal.ts'
import type { CredentialRecord, Snapshot } from '../../../common/contracts/settings.ts'
import { HearthError } from '../../../common/errors/hearth-error.ts'
import { visibleProfiles } from '../../../common/settings/visible-profiles.ts'
import type { McpEndpointDeps } from '../endpoint-deps.ts'
import type { Caller } from '../requests/ask.ts'
import type { Lists } from '../requests/lists.ts'
import { AudienceHub } from './audience-hub.ts'

export interface AudiencesDeps extends Pick<McpEndpointDeps, 'aggregator' | 'own' | 'settings' | 'clock'> {
  readonly lists: Lists
}

interface Standing {
  readonly hub: AudienceHub
  readonly profile: string | undefined
  /** The credential as a snapshot has named it. */
  seen: CredentialRecord | undefined
}

/** Hubs without a client that are kept for the next request. */
const maxIdleHubs = 256
/** A hub that a request may still be on its way to is kept, milliseconds. */
const unusedMs = 60_000
/** A credential that no snapshot knows is newer than the snapshot; but not for longer than this, milliseconds. */
const unknownForMs = 60_000

/** All hubs. Brings every change to exactly those that it shows in, and ends what lost its right. */
export class Audiences {
  readonly #deps: AudiencesDeps
  readonly #standings = new Map<string, Standing>()
  readonly #onEnd = new AbortController()
  #news: readonly Disposable[] = []

  constructor(deps: AudiencesDeps) {
    this.#deps = deps
  }

  start(): void {
    const { aggregator, own, settings } = this.#deps
    this.#news = [
      aggregator.onCatalog(() => this.#each(({ hub }) => hub.review())),
      aggregator.onResourceUpdated((server, uri) => this.#upstreamUpdated(server, uri)),
      own.resources.watch({
        updated: (uri, mayRead) => this.#each(({ hub }) => mayRead(hub.caller.principal) && hub.resourceUpdated(uri)),
        list: (concerns) => this.#each(({ hub }) => concerns(hub.caller.principal) && hub.ownResourcesChanged()),
      }),
    ]
    settings.onSwap((snapshot) => this.#reviewAll(snapshot), this.#onEnd.signal)
  }

  stop(): void {
    this.#onEnd.abort()
    for (const news of this.#news) news[Symbol.dispose]()
    this.#each(({ hub }) => hub.end())
    this.#standings.clear()
  }

  /**
   * The hub of this principal at this address.
   * @throws HearthError `caller_not_found` for a profile that it cannot see; `gateway_config_unavailable`.
   */
  hubOf(principal: Principal, profile: string | undefined): AudienceHub {
    const key = keyOf(principal, profile)
    const known = this.#standings.get(key)
    const now = this.#deps.clock()
    if (known !== undefined) {
      known.hub.lastUsedAt = now
      return known.hub
    }
    const snapshot = this.#deps.settings.current()
    const caller = callerOf(snapshot, principal, profile)
    const hub = new AudienceHub(key, { caller, now }, this.#deps)
    const seen = snapshot?.credentials.find(({ id }) => id === principal.credentialId)
    this.#standings.set(key, { hub, profile, seen })
    this.#forgetIdle()
    return hub
  }

  #upstreamUpdated(server: string, uri: string): void {
    const { resources, otherResources } = this.#deps.aggregator.catalog()
    const first = resources.get(uri)
    // Who reaches only one of the others watches it there.
    const owners = first === undefined ? [] : [first, ...(otherResources?.get(uri) ?? [])]
    const isOwner = owners.length === 0 || owners.some((owner) => owner.server === server)
    if (isOwner) this.#each(({ hub }) => hub.resourceUpdated(uri))
  }

  #reviewAll(snapshot: Snapshot): void {
    const credentials = new Map(snapshot.credentials.map((record) => [record.id, record]))
    this.#each((standing) => {
      const caller = this.#judge(standing, snapshot, credentials.get(standing.hub.caller.principal.credentialId))
      if (caller !== undefined) return standing.hub.review(caller)
      this.#standings.delete(standing.hub.key)
      standing.hub.end()
    })
  }

  /** The caller as it stands now; undefined: what was opened with these rights must end. */
  #judge(standing: Standing, snapshot: Snapshot, record: CredentialRecord | undefined): Caller | undefined {
    const { hub, profile, seen } = standing
    if (record === undefined) {
      const isNew = seen === undefined && this.#deps.clock() - hub.lastUsedAt < unknownForMs
      if (!isNew) return undefined
    } else {
      if (seen !== undefined && rightsOf(seen) !== rightsOf(record)) return undefined
      standing.seen = record
    }
    try {
      return callerOf(snapshot, hub.caller.principal, profile)
    } catch {
      return undefined
    }
  }

  #forgetIdle(): void {
    if (this.#standings.size <= maxIdleHubs) return
    const unusedSince = this.#deps.clock() - unusedMs
    const idle = [...this.#standings.values()].filter(({ hub }) => hub.isIdle && hub.lastUsedAt < unusedSince)
    if (idle.length === 0) return
    const oldest = idle.reduce((left, right) => (left.hub.lastUsedAt <= right.hub.lastUsedAt ? left : right))
    this.#standings.delete(oldest.hub.key)
  }

  #each(act: (standing: Standing) => unknown): void {
    for (const standing of this.#standings.values()) act(standing)
  }
}

const keyOf = ({ id, credentialId, role, scopes }: Principal, profile: string | undefined): string =>
  JSON.stringify([profile ?? null, id, credentialId, role, scopes])

const rightsOf = ({ user, role, scopes }: CredentialRecord): string => JSON.stringify([user, role, [...scopes].sort()])

function callerOf(snapshot: Snapshot | undefined, principal: Principal, profile: string | undefined): Caller {
  return {
    principal,
    audience: { profile: profile === undefined ? undefined : seenProfile(snapshot, principal, profile) },
  }
}

function seenProfile(snapshot: Snapshot | undefined, principal: Principal, name: string): ModelProfile {
  if (snapshot === undefined) {
    throw new HearthError('gateway_config_unavailable', 'The settings have not been read yet; try again in a moment.')
  }
  const profile = visibleProfiles(snapshot, principal).find((candidate) => candidate.name === name)
  if (profile !== undefined) return profile
  throw new HearthError('caller_not_found', 'There is no such profile, or this token may not use it.')
}
