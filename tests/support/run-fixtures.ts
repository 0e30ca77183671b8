import { pino } from 'pino'
import { type ModelProfile, modelProfileSpec } from '../../services/common/contracts/model-profile.ts'
import type { Principal } from '../../services/common/contracts/principal.ts'
import type { Router } from '../../services/common/contracts/router.ts'
import { type RunEvent, type RunMessage, terminalTypes } from '../../services/common/contracts/run-event.ts'
import type { RunRequest } from '../../services/common/contracts/run-request.ts'
import type { Snapshot } from '../../services/common/contracts/settings.ts'
import { userSpec } from '../../services/common/contracts/user.ts'
import type { HearthError } from '../../services/common/errors/hearth-error.ts'

export const never = new AbortController().signal

export const quiet = pino({ level: 'silent' })

export const anna: Principal = {
  id: 'user:anna',
  user: 'anna',
  role: 'member',
  scopes: ['chat'],
  credentialId: 'cred-1',
}
export const ben: Principal = { ...anna, id: 'user:ben', user: 'ben', credentialId: 'cred-2' }
export const admin: Principal = { ...anna, id: 'user:admin', user: 'admin', role: 'admin', scopes: ['admin'] }

const meta = { origin: 'config', revision: 1, created_at: 0, updated_at: 0 } as const

/** A profile with one target on the adapter `demo`, for text and pictures. */
export function profileOf(name: string, spec: object = {}): ModelProfile {
  const parsed = modelProfileSpec.parse({
    targets: [{ adapter: 'demo', model: 'demo' }],
    modalities: ['text', 'image'],
    image: { adapter: 'demo', model: 'demo-picture' },
    ...spec,
  })
  return { ...parsed, name, ...meta }
}

export const userOf = (name: string, spec: object) => ({
  ...userSpec.parse({ role: 'member', ...spec }),
  name,
  ...meta,
})

export const snapshotOf = (profiles: readonly ModelProfile[], users: Snapshot['users'] = []): Snapshot => ({
  epoch: 'epoch-1',
  revision: 1,
  profiles,
  users,
  credentials: [],
})

let lanes = 0

/** What a caller asks: one user text, in a lane of its own. */
export function say(text: string, more: Partial<RunRequest> = {}): RunRequest {
  lanes += 1
  return {
    lane: { sessionId: 'session-1', streamId: `lane-${lanes}` },
    input: [{ type: 'message', role: 'user', content: [{ type: 'text', text }] }],
    tools: [],
    toolChoice: { type: 'auto' },
    responseFormat: { type: 'text' },
    modalities: ['text'],
    timeouts: {},
    onDisconnect: 'continue',
    metadata: {},
    ...more,
  }
}

/** All events of a run after `startingAfter`, to the terminal one. */
export async function readRun(
  router: Router,
  runId: string,
  options: { readonly startingAfter?: number; readonly caller?: Principal; readonly signal?: AbortSignal } = {},
): Promise<readonly RunEvent[]> {
  const { startingAfter = -1, caller = anna, signal = never } = options
  const events: RunEvent[] = []
  for await (const batch of router.attach(runId, startingAfter, caller, signal)) events.push(...batch)
  return events
}

/** Starts a run and reads it to its end. */
export async function runToEnd(router: Router, request: RunRequest, caller = anna): Promise<readonly RunEvent[]> {
  const { runId } = await router.start(request, caller, never)
  return readRun(router, runId, { caller })
}

/** Reads until a message of that type came; the run goes on. */
export async function readUntil(
  router: Router,
  runId: string,
  type: RunMessage['type'],
  caller = anna,
): Promise<readonly RunEvent[]> {
  const reading = new AbortController()
  const events: RunEvent[] = []
  for await (const batch of router.attach(runId, -1, caller, reading.signal)) {
    events.push(...batch)
    if (batch.some(({ message }) => message.type === type)) break
  }
  reading.abort()
  return events
}

export type Terminal = Extract<RunMessage, { readonly type: (typeof terminalTypes)[number] }>

/** The last message, which must be the one terminal. */
export function terminalOf(events: readonly RunEvent[]): Terminal {
  const message = events.at(-1)?.message
  if (message === undefined || !isTerminal(message)) throw new Error(`no terminal but ${message?.type}`)
  return message
}

const isTerminal = (message: RunMessage): message is Terminal => terminalTypes.some((type) => type === message.type)

export const textOf = (events: readonly RunEvent[]): string =>
  events.map(({ message }) => (message.type === 'response.output_text.delta' ? message.delta : '')).join('')

/** The HearthError that a piece of work must end with. */
export async function failureOf(work: Promise<unknown>): Promise<HearthError> {
  try {
    await work
  } catch (error) {
    return error as HearthError
  }
  throw new Error('it did not fail')
}
