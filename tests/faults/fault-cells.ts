import type { VendorFault } from '../../services/common/testing/fake-vendor/scenario.ts'

/** Every wire a house speaks to a vendor. */
export const vendors = [
  'openai-chat',
  'openai-responses',
  'anthropic',
  'local-server',
  'local-llamacpp',
  'local-ollama',
] as const
export type Vendor = (typeof vendors)[number]

const strikes = [
  'stall',
  'reset',
  'end-without-terminator',
  'error',
  'error-other-form',
  'malformed-json',
  'invalid-utf8',
  'line-1mb',
  'line-17mb',
] as const

/** What can go wrong, by where the answer is then. */
export const faultsByPhase = {
  'before-headers': [
    'status-401',
    'status-402',
    'status-429',
    'status-500',
    'status-529',
    'headers-never',
    'not-a-stream',
  ],
  'before-content': [
    'silence-after-headers',
    'comments-only',
    'error-first',
    'done-only',
    'end-after-role',
    ...strikes,
  ],
  'mid-stream': strikes,
  'after-finish': ['stall', 'reset'],
} as const

export type Phase = keyof typeof faultsByPhase
/** A fault at its place, such as `mid-stream/reset`. */
export type Cell = { [P in Phase]: `${P}/${(typeof faultsByPhase)[P][number]}` }[Phase]

const phases = Object.keys(faultsByPhase).filter((name): name is Phase => name in faultsByPhase)
export const cells: readonly Cell[] = phases.flatMap((phase) =>
  faultsByPhase[phase].map((fault) => `${phase}/${fault}` as Cell),
)

/** Words of an undisturbed answer, and those before a fault in its middle. */
export const answerWords = 6
export const wordsBefore = 3

const retryAfterSeconds = 7

/** The model's name that makes the fake vendor fail so; `row` tells the vendors of one matrix apart. */
export function modelOf(cell: Cell, row: string): string {
  const [phase = '', fault = ''] = cell.split('/')
  const after = phase === 'before-content' ? 0 : wordsBefore
  const rest = `${goesOn.has(fault) ? 'tokens=2000&pace_ms=5' : `tokens=${answerWords}`}&after=${after}&row=${row}`
  const status = /^status-(\d+)$/.exec(fault)?.[1]
  if (status !== undefined) {
    return `status:${status}?${rest}${status === '429' ? `&retry_after=${retryAfterSeconds}` : ''}`
  }
  return `fault:${phase === 'after-finish' ? `${fault}-after-finish` : (vendorNames[fault] ?? fault)}?${rest}`
}

/** The vendor talks on for seconds afterwards, so that it is the house that closes. */
const goesOn: ReadonlySet<string> = new Set(['error', 'error-other-form', 'malformed-json', 'line-17mb'])

/** What the fake vendor calls it, where that is another name. */
const vendorNames: Readonly<Record<string, VendorFault>> = {
  stall: 'stall-mid-stream',
  reset: 'reset-mid-stream',
  error: 'error-mid-stream',
  'not-a-stream': 'not-sse',
}
