import type { AdapterSet } from '../../services/common/contracts/adapter-set.ts'
import type { GenerateEvent } from '../../services/common/contracts/generate-event.ts'
import type { GenerateRequest } from '../../services/common/contracts/generate-request.ts'
import type { ConnectionInfo } from '../../services/common/contracts/model-adapter.ts'
import { isErrorCode } from '../../services/common/errors/error-table.ts'
import { HearthError } from '../../services/common/errors/hearth-error.ts'
import {
  type AdapterStep,
  fakeAdapters,
  pictureScript,
  textScript,
} from '../../services/common/testing/fake-adapters.ts'

/**
 * An adapter `demo` that does what the last user text says, so that tests steer it through any number of processes:
 * `hang` (`hang N`: after N tokens), `hang silently`, `fail CODE`, `truncate`, `tool`, `reason`, `length`, `count N`, `long KIB`, `picture BYTES`, `echo`,
 * `every event`; anything else is answered "Hello from the hearth". A picture request draws `picture BYTES`, `echo` or 3 bytes.
 * Adapter `calls` tells by its connections' names how many calls are `open-N` and were `aborted-N`.
 */
export function promptedAdapters(): AdapterSet {
  const fake = fakeAdapters({ script: (_adapter, request) => scriptOf(request) })
  return {
    generate: fake.generate,
    embed: fake.embed,
    describe: async () => [
      { name: 'demo', connections: [connection('default')] },
      {
        name: 'local',
        connections: [{ name: 'embedded', state: { status: 'loading', reason: 'reads', progress: 0.5 } }],
      },
      {
        name: 'openai',
        connections: [{ name: 'default', state: { status: 'disabled', reason: 'set OPENAI_API_KEY' } }],
      },
      {
        name: 'calls',
        connections: [
          connection(`open-${fake.calls.filter(({ ended }) => !ended).length}`),
          connection(`aborted-${fake.calls.filter(({ abortedAt }) => abortedAt !== undefined).length}`),
        ],
      },
    ],
  }
}

const connection = (name: string): ConnectionInfo => ({
  name,
  state: { status: 'ready', models: ['demo', 'demo-picture'] },
})

/** How many calls the adapters behind a seam hold open, and how many were aborted. */
export async function callsOf(adapters: AdapterSet): Promise<{ readonly open: number; readonly aborted: number }> {
  const infos = await adapters.describe(new AbortController().signal)
  const names = infos.find(({ name }) => name === 'calls')?.connections.map(({ name }) => name) ?? []
  const count = (prefix: string) => Number(names.find((name) => name.startsWith(prefix))?.slice(prefix.length))
  return { open: count('open-'), aborted: count('aborted-') }
}

/** Bytes that differ everywhere, the same in every process. */
export const pictureBytes = (length: number): Uint8Array =>
  Uint8Array.from({ length }, (_, index) => (index * 31 + (index >> 8)) & 255)

export const everyEvent: readonly GenerateEvent[] = [
  { type: 'parameters-dropped', names: ['top_p', 'seed'] },
  { type: 'phase', phase: 'prompt_eval', progress: 0.25 },
  { type: 'phase', phase: 'waiting_first_token' },
  { type: 'reasoning-start', id: 'r' },
  { type: 'reasoning-delta', id: 'r', text: 'Hm. 🤔' },
  { type: 'reasoning-end', id: 'r' },
  { type: 'text-start', id: 't' },
  { type: 'text-delta', id: 't', text: 'Grüße, 世界 👋' },
  { type: 'text-end', id: 't' },
  { type: 'refusal-start', id: 'n' },
  { type: 'refusal-delta', id: 'n', text: 'Nein, 不' },
  { type: 'refusal-end', id: 'n' },
  { type: 'tool-call-start', id: 'c', callId: 'call_1', name: 'lamp' },
  { type: 'tool-call-delta', id: 'c', arguments: '{"on":' },
  { type: 'tool-call-delta', id: 'c', arguments: 'true}' },
  { type: 'tool-call-end', id: 'c' },
  { type: 'image-partial', id: 'i', index: 0, mediaType: 'image/png', bytes: pictureBytes(10) },
  { type: 'image', id: 'i', mediaType: 'image/png', bytes: pictureBytes(20) },
  { type: 'usage', usage: { inputTokens: 7, outputTokens: 9, cachedTokens: 1, reasoningTokens: 2 } },
  { type: 'finish', reason: 'tool_calls' },
]

function scriptOf(request: GenerateRequest): readonly AdapterStep[] {
  const prompt = request.image?.prompt ?? lastText(request)
  const [word = '', argument = ''] = prompt.split(' ')
  if (request.image !== undefined && word === 'echo') return pictureScript(Buffer.from(jsonOf(request.image)))
  if (request.image !== undefined && word !== 'picture') return pictureScript(pictureBytes(3), [pictureBytes(2)])
  return (
    scripts[prompt]?.(request) ??
    scripts[word]?.(request, argument) ??
    textScript(['Hello', ' from', ' the', ' hearth'])
  )
}

/** Bytes as a list of numbers. */
const jsonOf = (value: object): string =>
  JSON.stringify(value, (_, field: unknown) => (field instanceof Uint8Array ? [...field] : field))

const numbersBelow = (n: number): readonly string[] => Array.from({ length: n }, (_, index) => `${index} `)

const scripts: Readonly<Record<string, (request: GenerateRequest, argument?: string) => readonly AdapterStep[]>> = {
  hang: (_request, n = '') => [
    ...textScript(n === '' ? ['Once', ' upon'] : numbersBelow(Number(n))).slice(0, -1),
    { do: 'hang' },
  ],
  'hang silently': () => [{ do: 'hang' }],
  fail: (_request, code = '') => [...textScript(['Half']).slice(0, 2), { do: 'fail', error: failure(code) }],
  truncate: () => textScript(['Half', ' of']).slice(0, 3),
  length: () => textScript(['Too', ' long'], { finish: 'length' }),
  tool: () => [{ do: 'emit', events: everyEvent.filter(({ type }) => type.startsWith('tool') || type === 'finish') }],
  count: (_request, n) => textScript(numbersBelow(Number(n))),
  long: (_request, kib) => textScript(['ä€😀'.repeat((Number(kib) * 1024) / 9)]),
  picture: (_request, bytes) => pictureScript(pictureBytes(Number(bytes)), [pictureBytes(700_000)]),
  echo: (request) => textScript([jsonOf(request)]),
  'every event': () => [{ do: 'emit', events: everyEvent }],
}

function failure(code: string): unknown {
  if (!isErrorCode(code)) return new Error('a defect with a secret in its text')
  return new HearthError(code, 'Versuch es später — nochmal.', { details: { retryAfterMs: 1234, vendorStatus: 429 } })
}

function lastText({ messages }: GenerateRequest): string {
  const content = messages.findLast(({ role }) => role === 'user')
  if (content?.role !== 'user') return ''
  return content.content.map((part) => (part.type === 'text' ? part.text : '')).join('')
}
