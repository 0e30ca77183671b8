import type { BinaryFrame } from '../../common/contracts/protocol/binary-frame.ts'
import type { ClientMessage } from '../../common/contracts/protocol/client-messages.ts'
import { protocolLimits } from '../../common/contracts/protocol/limits.ts'
import { HearthError } from '../../common/errors/hearth-error.ts'
import { type DecodedFrame, decodeTextFrame, type Echo } from './decode-frame.ts'
import { decodeUpload } from './decode-upload.ts'
import type { GateVerdict } from './inbound-gate.ts'

/** How far a connection is: only `open` accepts everything. */
export type Phase = 'greeting' | 'authenticating' | 'open'

export type FrameVerdict =
  | FinalVerdict
  /** Not yet: the token of the hello is being checked. */
  | { readonly do: 'hold' }

export type FinalVerdict =
  | { readonly do: 'dispatch'; readonly message: ClientMessage }
  /** A chunk of an upload. */
  | { readonly do: 'receive'; readonly chunk: BinaryFrame }
  /** Answer with an error; `isGarbage` counts towards the end of the session. */
  | { readonly do: 'refuse'; readonly error: HearthError; readonly echo: Echo; readonly isGarbage: boolean }
  | { readonly do: 'end'; readonly error: HearthError }

export interface JudgedFrame {
  readonly verdict: FrameVerdict
  /** Message type for the metrics: of a closed set. */
  readonly type: string
}

export interface InboundFrame {
  readonly data: Uint8Array
  readonly isBinary: boolean
}

/** What to do with one frame of a client. Pure. */
export function judgeFrame(frame: InboundFrame, phase: Phase): JudgedFrame {
  if (phase === 'authenticating') return { type: 'held', verdict: { do: 'hold' } }
  if (phase === 'greeting') return judgeGreeting(frame)
  if (frame.isBinary) return judgeBinary(frame.data)
  return judgeDecoded(decodeTextFrame(frame.data))
}

function judgeBinary(data: Uint8Array): JudgedFrame {
  const chunk = decodeUpload(data)
  const verdict: FinalVerdict = chunk instanceof HearthError ? refuse(chunk, {}, false) : { do: 'receive', chunk }
  return { type: 'binary', verdict }
}

function judgeGreeting({ data, isBinary }: InboundFrame): JudgedFrame {
  if (isBinary) return early('The first frame is session.hello.')
  if (data.byteLength > protocolLimits.helloFrameBytes) return early('session.hello has at most 4 KiB.')
  const decoded = decodeTextFrame(data)
  const judged = judgeDecoded(decoded)
  if (judged.type !== 'session.hello') return early('The first frame is session.hello.')
  return decoded.status === 'refused' ? { ...judged, verdict: refuse(decoded.error, decoded.echo, true) } : judged
}

function judgeDecoded(decoded: DecodedFrame): JudgedFrame {
  switch (decoded.status) {
    case 'message':
      return { type: decoded.message.type, verdict: { do: 'dispatch', message: decoded.message } }
    case 'refused':
      return { type: decoded.type ?? 'unknown', verdict: refuse(decoded.error, decoded.echo, false) }
    case 'garbage':
      return { type: 'garbage', verdict: refuse(decoded.error, {}, true) }
  }
}

/** What to do with a frame that comes too fast, before it is looked at. */
export function judgeFlood(gate: Exclude<GateVerdict, { readonly status: 'pass' }>): FinalVerdict {
  if (gate.status === 'flood') {
    return { do: 'end', error: new HearthError('gateway_overloaded', 'Too many frames; come back and send slower.') }
  }
  const details = { retryAfterMs: gate.waitMs }
  return refuse(new HearthError('policy_rate_limited', 'Too many frames; send slower.', { details }), {}, false)
}

const refuse = (error: HearthError, echo: Echo, isGarbage: boolean): FinalVerdict => ({
  do: 'refuse',
  error,
  echo,
  isGarbage,
})

const early = (message: string): JudgedFrame => ({
  type: 'early',
  verdict: { do: 'end', error: new HearthError('caller_invalid_request', message) },
})
