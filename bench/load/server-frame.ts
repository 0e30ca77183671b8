/** What the load client needs of a frame of `hearth.v1`. */
export interface ServerFrame {
  readonly type: string
  /** New text of the answer. */
  readonly isText: boolean
  /** Number of the last event in the frame; undefined for what is no event of a run. */
  readonly last: number | undefined
  /** Number of the first event; less than `last` when deltas were joined. */
  readonly first: number | undefined
  /** Of an error. */
  readonly code: string
}

const delta = 'response.output_text.delta'
const deltaStart = Buffer.from(`{"type":"${delta}"`)

/** Reads a frame; a delta that begins as ours do is not parsed, as it is the load client that must not be slow. */
export function readFrame(text: Buffer): ServerFrame {
  const isOurDelta = text.length > deltaStart.length && deltaStart.equals(text.subarray(0, deltaStart.length))
  if (!isOurDelta) return parseFrame(text)
  const line = text.toString('latin1')
  const last = numberAfter(line, '"sequence_number":')
  if (last === undefined) return parseFrame(text)
  return { type: delta, isText: true, last, first: numberAfter(line, '"first_sequence_number":') ?? last, code: '' }
}

function numberAfter(line: string, name: string): number | undefined {
  const at = line.indexOf(name)
  if (at === -1) return undefined
  const value = Number.parseInt(line.slice(at + name.length, at + name.length + 16), 10)
  return Number.isNaN(value) ? undefined : value
}

interface ParsedFrame {
  readonly type: string
  readonly sequence_number?: number
  readonly first_sequence_number?: number
  readonly error?: { readonly code: string }
  readonly response?: { readonly error?: { readonly code: string } | null }
}

function parseFrame(text: Buffer): ServerFrame {
  const frame: ParsedFrame = JSON.parse(text.toString())
  return {
    type: frame.type,
    isText: frame.type === delta,
    last: frame.sequence_number,
    first: frame.first_sequence_number ?? frame.sequence_number,
    code: frame.error?.code ?? frame.response?.error?.code ?? '',
  }
}

/** The number that has to come after the frame. @throws Error when events are missing before it. */
export function nextSequence(expected: number, { first, last }: ServerFrame): number {
  if (first === undefined || last === undefined) return expected
  if (first !== expected || last < first) throw new Error(`Event ${expected} was due, ${first} to ${last} came.`)
  return last + 1
}
