import { randomUUID } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Registry } from 'prom-client'
import type { AdapterSet } from '../common/contracts/adapter-set.ts'
import type { History, NewMessage } from '../common/contracts/history.ts'
import type { ModelProfile } from '../common/contracts/model-profile.ts'
import { pictureBytesOf } from '../common/contracts/picture-bytes.ts'
import type { Principal } from '../common/contracts/principal.ts'
import type { Router } from '../common/contracts/router.ts'
import type { RunEvent } from '../common/contracts/run-event.ts'
import type {
  CancelReason,
  EmbeddingAnswer,
  EmbeddingRequest,
  RunRef,
  RunRequest,
  RunView,
} from '../common/contracts/run-request.ts'
import type { Snapshot } from '../common/contracts/settings.ts'
import { HearthError } from '../common/errors/hearth-error.ts'
import { abortable } from '../common/lifecycle/abortable.ts'
import type { Part } from '../common/lifecycle/part.ts'
import { failingStream } from '../common/streams/failing-stream.ts'
import type { Logger } from '../common/telemetry/logger.ts'
import { createTimedId } from '../common/timed-id.ts'
import { admitCall, admitRun, chooseProfile } from './admission.ts'
import { embedTexts } from './embed.ts'
import { keepInput } from './keep-input.ts'
import { Lanes, type Seat } from './lanes.ts'
import { defaultRouterLimits, type RouterLimits } from './limits.ts'
import { LoadBook, type LoadOwner } from './load-book.ts'
import { RouterMetrics } from './metrics.ts'
import { OnceByKey } from './once-by-key.ts'
import { titleOf } from './prompt.ts'
import { type AdmittedRun, Run, type RunDeps } from './run.ts'
import { RunShelf } from './run-shelf.ts'

export interface RouterDeps {
  readonly adapters: AdapterSet
  readonly history: History
  /** The current effective settings; undefined before the first were read. */
  readonly settings: () => Snapshot | undefined
  readonly log: Logger
  readonly metrics?: Registry
  /** Milliseconds, monotonic. Default: `performance.now`. */
  readonly clock?: () => number
  /** 0 ≤ x < 1. Default: `Math.random`. */
  readonly random?: () => number
  /** Unique; default: a random UUID. */
  readonly createId?: () => string
}

/**
 * The router of this process, and the part that drains it: `stop` refuses new runs, lets those that go on finish, and
 * at the deadline cancels what is left, partial answers saved.
 */
export function createRouter(
  deps: RouterDeps,
  limits: Partial<RouterLimits> = {},
): { readonly router: Router; readonly part: Part } {
  const router = new RunRouter(deps, { ...defaultRouterLimits, ...limits })
  const part: Part = { name: 'router', start: async () => undefined, stop: (deadline) => router.drain(deadline) }
  return { router, part }
}

/** Who stands in a lane. The conversation is unset until it is known. */
interface Occupant {
  readonly runId: string
  conversation: string | undefined
}

/** A run that was let in and counts against the limits. */
interface Place {
  readonly runId: string
  readonly profile: ModelProfile
  readonly seat: Seat<Occupant>
  readonly inFront: readonly Occupant[]
  readonly release: () => void
}

class RunRouter implements Router {
  readonly #deps: RouterDeps
  readonly #runDeps: RunDeps
  readonly #lanes = new Lanes<Occupant>()
  readonly #book = new LoadBook()
  readonly #shelf: RunShelf
  readonly #once: OnceByKey<RunRef>
  readonly #life = new AbortController()
  readonly #drained = Promise.withResolvers<void>()
  #isDraining = false
  /** What goes on is cancelled, and what only begins now too. */
  #isCut = false

  constructor(deps: RouterDeps, limits: RouterLimits) {
    const clock = deps.clock ?? (() => performance.now())
    const { adapters, history, log } = deps
    this.#deps = deps
    const metrics = new RouterMetrics(deps.metrics)
    this.#runDeps = { adapters, history, log, clock, random: deps.random ?? Math.random, metrics, limits }
    this.#shelf = new RunShelf({ ended: limits.runs, bytes: limits.endedLogBytes }, clock)
    this.#once = new OnceByKey({ keys: limits.idempotencyKeys, ms: limits.idempotencyMs }, clock)
  }

  async start(request: RunRequest, caller: Principal, signal: AbortSignal): Promise<RunRef> {
    if (request.idempotencyKey === undefined) return this.#start(request, caller, signal)
    // Others may wait for the same run: the caller that came first does not take it along when it goes.
    const make = () => this.#start(request, caller, this.#life.signal)
    const { value, isNew } = await abortable(this.#once.get(`${caller.id}\0${request.idempotencyKey}`, make), signal)
    return isNew ? value : { ...value, existing: true }
  }

  attach(
    runId: string,
    startingAfter: number,
    caller: Principal,
    signal: AbortSignal,
  ): AsyncIterable<readonly RunEvent[]> {
    const run = this.#shelf.find(runId)
    if (run === undefined || run.owner.id !== caller.id) return failingStream(notFound())
    return run.log.read(startingAfter, signal)
  }

  async runs(wanted: { readonly runId: string } | 'live', caller: Principal): Promise<readonly RunView[]> {
    const runs = wanted === 'live' ? this.#shelf.live() : [this.#shelf.find(wanted.runId)]
    return runs.flatMap((run) => (run?.owner.id === caller.id ? [run.view] : []))
  }

  async cancel(runId: string, reason: CancelReason, caller: Principal): Promise<void> {
    const run = this.#shelf.find(runId)
    if (run === undefined || !mayCancel(run.owner, caller)) throw notFound()
    if (run instanceof Run) run.cancel(reason)
  }

  async embed(request: EmbeddingRequest, caller: Principal, signal: AbortSignal): Promise<EmbeddingAnswer> {
    const { profile, user, owners, load } = this.#judge(request, caller)
    admitCall({ profile, user, load })
    const release = this.#take(owners)
    try {
      return await embedTexts(this.#runDeps, profile, request, AbortSignal.any([signal, this.#life.signal]))
    } finally {
      release()
    }
  }

  async drain(deadline: AbortSignal): Promise<void> {
    this.#isDraining = true
    if (this.#book.runs === 0) this.#drained.resolve()
    await abortable(this.#drained.promise, deadline).catch(() => undefined)
    this.#isCut = true
    for (const run of this.#shelf.live()) run.cancel('draining')
    const grace = new AbortController()
    const patience = sleep(this.#runDeps.limits.drainGraceMs, undefined, { signal: grace.signal }).catch(
      () => undefined,
    )
    await Promise.race([this.#drained.promise, patience])
    grace.abort()
    this.#life.abort(draining())
    this.#shelf.clear()
  }

  async #start(request: RunRequest, caller: Principal, signal: AbortSignal): Promise<RunRef> {
    const place = this.#admit(request, caller)
    let run: Run
    try {
      const opened = await this.#open(request, caller, place, signal)
      const { profile, seat, release } = place
      run = new Run(this.#runDeps, { ...opened, owner: caller, profile, request, seat, onEnd: release })
    } catch (error) {
      place.seat.leave()
      place.release()
      throw error
    }
    await this.#go(run)
    return run.ref
  }

  /** Resolves when the run can be found: its question is stored. @throws HearthError when it is not, and the run has ended. */
  async #go(run: Run): Promise<void> {
    const ended = run.begin().catch((error) => {
      this.#deps.log.fatal({ err: error, run: run.ref.runId }, 'a run broke; report this')
      return undefined
    })
    try {
      await run.whenStored()
    } catch (error) {
      await ended
      throw error
    }
    this.#shelf.add(run)
    if (this.#isCut) run.cancel('draining')
    void ended.then((end) => this.#shelf.end(run.ref.runId, end))
  }

  /** Decides at once and takes the place at once: nothing else comes in between. */
  #admit(request: RunRequest, caller: Principal): Place {
    const { limits } = this.#runDeps
    const { profile, user, owners, load } = this.#judge(request, caller)
    const lane = [caller.id, request.lane.sessionId, request.lane.streamId].join('\0')
    const inFront = this.#lanes.occupants(lane)
    const inLane = { inLane: inFront.length, maxInLane: limits.queuedPerLane + 1 }
    const bytes = pictureBytesOf(request.input) + (request.image?.mask?.bytes.byteLength ?? 0)
    const pictures = { pictureBytes: this.#book.pictureBytes + bytes, maxPictureBytes: limits.pictureBytes }
    admitRun({ request, profile, user, load: { ...load, ...inLane, ...pictures } })
    const release = this.#take(owners, bytes)
    const runId = `resp_${(this.#deps.createId ?? newId)()}`
    const seat = this.#lanes.enter(lane, { runId, conversation: request.conversation })
    return { runId, profile, seat, inFront, release }
  }

  /** Who is meant, and what goes on there. */
  #judge(request: Pick<RunRequest, 'profile'>, caller: Principal) {
    if (this.#isDraining) throw draining()
    const settings = this.#deps.settings()
    if (settings === undefined) throw noSettings()
    const profile = chooseProfile(request, caller, settings)
    const user = settings.users.find(({ name }) => name === caller.user)
    const { clock, limits } = this.#runDeps
    const now = clock()
    const ofProfile = loadOwner(`profile:${profile.name}`, profile.limits.requests_per_minute)
    const ofUser = loadOwner(caller.id, user?.limits.requests_per_minute ?? null)
    const load = {
      runs: this.#book.runs,
      maxRuns: limits.runs,
      ofProfile: this.#book.share(ofProfile, now),
      ofUser: this.#book.share(ofUser, now),
    }
    return { profile, user, owners: [ofProfile, ofUser], load }
  }

  #take(owners: readonly LoadOwner[], pictureBytes = 0): () => void {
    const release = this.#book.take(owners, this.#runDeps.clock(), pictureBytes)
    return () => {
      release()
      if (this.#isDraining && this.#book.runs === 0) this.#drained.resolve()
    }
  }

  /**
   * Opens the run in history; when a run in front in its lane is about to answer in the same conversation, only once
   * that has ended: its answer is this one's past. A conversation that begins here needs no past: its model is asked
   * while the question is stored.
   */
  async #open(
    request: RunRequest,
    caller: Principal,
    { runId, profile, seat, inFront }: Place,
    signal: AbortSignal,
  ): Promise<Pick<AdmittedRun, 'ref' | 'opening'>> {
    const { history } = this.#deps
    const input: readonly NewMessage[] = await keepInput(history, caller.id, request.input)
    const { conversation, previousResponseId } = request
    const wanted = {
      runId,
      owner: caller.id,
      ...(conversation === undefined ? {} : { conversation }),
      ...(previousResponseId === undefined ? {} : { previousResponseId }),
      title: titleOf(request.input),
      input,
    }
    const ref = (id: string): RunRef => ({ runId, conversation: id, profile: profile.name, existing: false })
    const awaited = inFront.find(
      (front) =>
        front.conversation !== undefined && (front.conversation === conversation || front.runId === previousResponseId),
    )
    if (awaited?.conversation !== undefined) {
      seat.occupant.conversation = awaited.conversation
      const open = () => history.open(wanted, this.#life.signal)
      return { ref: ref(awaited.conversation), opening: { type: 'continues', open } }
    }
    if (conversation === undefined && typeof previousResponseId !== 'string') {
      const newConversation = `conv_${createTimedId(Date.now)}`
      seat.occupant.conversation = newConversation
      const stored = history.open({ ...wanted, newConversation }, signal)
      return { ref: ref(newConversation), opening: { type: 'begins', stored } }
    }
    const opened = await history.open(wanted, signal)
    seat.occupant.conversation = opened.conversation
    return { ref: ref(opened.conversation), opening: { type: 'continues', open: async () => opened } }
  }
}

const newId = (): string => randomUUID().replaceAll('-', '')

const loadOwner = (key: string, requestsPerMinute: number | null): LoadOwner => ({ key, requestsPerMinute })

const mayCancel = (owner: Principal, caller: Principal): boolean => owner.id === caller.id || caller.role === 'admin'

const notFound = () => new HearthError('caller_not_found', 'There is no such response, or it belongs to someone else.')

const draining = () => new HearthError('gateway_draining', 'The server is stopping; connect again in a moment.')

const noSettings = () =>
  new HearthError('gateway_config_unavailable', 'No settings have been read from mcp yet; try again in a moment.')
