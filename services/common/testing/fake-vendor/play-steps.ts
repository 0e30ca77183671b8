import { once } from 'node:events'
import type http from 'node:http'
import { setImmediate as nextTurn, setTimeout as sleep } from 'node:timers/promises'
import type { BodyStep, Trouble } from './body-step.ts'
import type { OpenRequest } from './request-log.ts'

interface Exchange {
  readonly response: http.ServerResponse
  readonly seen: OpenRequest
  /** Aborts when the client left or the vendor stops. */
  readonly signal: AbortSignal
}

const commentEveryMs = 50

/** Writes a body, `paceMs` between steps, until it ends, meets its trouble or the client leaves. */
export async function playSteps(steps: Iterable<BodyStep>, paceMs: number, exchange: Exchange): Promise<void> {
  const { response, seen, signal } = exchange
  for (const step of steps) {
    if (signal.aborted) return
    if (typeof step === 'object' && 'do' in step) return await misbehave(step, exchange)
    await write(step, response, { paceMs, signal })
    seen.written += 1
  }
  response.end()
}

interface Pace {
  readonly paceMs: number
  readonly signal: AbortSignal
}

/** Bytes are a character cut in two: what follows must come by another read. */
async function write(
  step: string | Uint8Array,
  response: http.ServerResponse,
  { paceMs, signal }: Pace,
): Promise<void> {
  if (!response.write(step)) await once(response, 'drain', { signal })
  const waitMs = step instanceof Uint8Array ? Math.max(paceMs, 5) : paceMs
  if (waitMs > 0) await sleep(waitMs, undefined, { signal })
}

async function misbehave(trouble: Trouble, { response, seen, signal }: Exchange): Promise<void> {
  if (trouble.do === 'stall') return
  if (trouble.do === 'comments') {
    for (;;) {
      response.write(trouble.text)
      await sleep(commentEveryMs, undefined, { signal })
    }
  }
  // A reset throws away what its reader has not taken yet: a reader of this process gets two turns after the wait.
  await sleep(50, undefined, { signal })
  for (let turn = 0; turn < 2; turn++) await nextTurn(undefined, { signal })
  seen.ended = { by: 'vendor', atMs: performance.now() }
  response.socket?.resetAndDestroy()
}
