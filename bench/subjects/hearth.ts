import type { LoadTarget } from '../load/load-job.ts'
import { startHearth, adminToken as token } from './hearth-process.ts'
import type { RunningSubject, Subject, SubjectContext } from './subject.ts'

type Wire = 'ws' | 'http'
type Merge = 'never' | 'auto'

/** Hearth as `npm start` runs it: all roles in one process, history in SQLite, authentication, run log, metrics. */
export function hearth(wire: Wire, merge: Merge): Subject {
  const way = wire === 'ws' ? 'WebSocket `hearth.v1`, one socket a stream' : '`POST /v1/chat/completions`'
  return {
    name: `hearth-${wire}-${merge}`,
    title: `Hearth, ${wire === 'ws' ? 'WebSocket' : 'HTTP'}${merge === 'auto' ? ', merge auto' : ''}`,
    description: `this checkout, all roles in one process; ${way}; \`gateway.merge: ${merge}\``,
    tokensUnpaced: 2000,
    unavailable: () => undefined,
    start: (context) => startFor(context, wire, merge, {}),
  }
}

/** By WebSocket, nothing joined, with these `mcp` settings beside; many tokens, so that it lasts seconds. */
export const hearthWithMcp = (mcp: object): Subject => ({
  ...hearth('ws', 'never'),
  tokensUnpaced: 10_000,
  start: (context) => startFor(context, 'ws', 'never', { mcp }),
})

async function startFor(
  { upstream, core, signal }: SubjectContext,
  wire: Wire,
  merge: Merge,
  more: object,
): Promise<RunningSubject> {
  const running = await startHearth({ settings: { ...settings(upstream, merge), ...more }, core, signal })
  return {
    pid: running.pid,
    target: targetAt(running.url, wire),
    [Symbol.asyncDispose]: () => running[Symbol.asyncDispose](),
  }
}

/** Limits are raised where the bench opens more from one client than a house would. */
const settings = (upstream: string, merge: Merge): object => ({
  gateway: {
    merge,
    limits: { connections_per_credential: 10_000 },
  },
  adapters: {
    openai: { connections: { default: { base_url: `${upstream}/v1`, api_key: 'bench' } } },
    local: { connections: {} },
    demo: { connections: {} },
  },
  profiles: {
    bench: {
      default: true,
      targets: [{ adapter: 'openai', connection: 'default', model: 'bench' }],
      timeouts: { headers_ms: 60_000, first_token_ms: 60_000 },
    },
  },
})

function targetAt(url: string, wire: Wire): LoadTarget {
  if (wire === 'ws') return { type: 'hearth', url, token, profile: 'bench' }
  return { type: 'http', wire: 'openai', url, headers: { authorization: `Bearer ${token}` }, model: 'bench' }
}
