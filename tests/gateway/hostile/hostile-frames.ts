import fc from 'fast-check'
import { clientMessages } from '../../../services/common/contracts/protocol/client-messages.ts'
import { plannedClientMessages } from '../../../services/common/contracts/protocol/planned-client-messages.ts'
import { rawFrame } from '../raw-peer.ts'

/** Bytes to write on an upgraded socket, and what must come back for them. */
export interface HostileFrame {
  readonly bytes: Buffer
  /** `answer`: a message that gets exactly one reply or more; `break`: a violation of RFC 6455 that must end the socket. */
  readonly expects: 'answer' | 'break'
}

const types = [...Object.keys(clientMessages), ...Object.keys(plannedClientMessages)]
const fieldNames = [
  'type',
  'event_id',
  'stream_id',
  'response_id',
  'input',
  'tools',
  'metadata',
  'timeouts',
  'auth',
  'resume',
  'text',
  '__proto__',
  'constructor',
  'prototype',
  'toString',
  '',
]

const answered = (payload: Uint8Array, opcode = 1): HostileFrame => ({
  bytes: rawFrame(payload, { opcode }),
  expects: 'answer',
})
const ofText = (text: string): HostileFrame => answered(Buffer.from(text.toWellFormed()))

/** Values that break naive code: huge, empty, odd numbers, other types, texts that are no text. */
const oddValue = fc.oneof(
  fc.jsonValue({ maxDepth: 6 }),
  fc.constantFrom(
    '',
    '\u0000',
    '\ud800',
    '../../etc/passwd',
    "'; DROP TABLE users; --",
    '${jndi:ldap://x}',
    'x'.repeat(5000),
  ),
  fc.constantFrom(0, -0, -1, 2 ** 53, 1e308, 4_294_967_296, null, true, [], {}, [[[[]]]]),
  // Where a text should be, its length is compared.
  fc.constant({ length: { toString: 1, valueOf: 1 } }),
)

/** `response.create` has odd inputs of its own below; a valid `response.detach` is not answered. */
const typesAlone = types.filter((type) => type !== 'response.create' && type !== 'response.detach')

/** Messages of known types with wrong, missing, additional and poisoned fields. */
const oddMessage = fc
  .record({
    type: fc.oneof(fc.constantFrom(...typesAlone), fc.string()),
    fields: fc.array(fc.tuple(fc.constantFrom(...fieldNames), oddValue), { maxLength: 6 }),
  })
  .map(({ type, fields }) => {
    const members = [['type', type] as const, ...fields].map(
      ([key, value]) => `${JSON.stringify(key)}:${JSON.stringify(value)}`,
    )
    return ofText(`{${members.join(',')}}`)
  })

const oddCreate = oddValue.map((value) =>
  ofText(`{"type":"response.create","event_id":"e","stream_id":"s","input":${JSON.stringify(value)},"surprise":1}`),
)

const oddText = fc.oneof(
  fc.json().map(ofText),
  fc.string().map(ofText),
  fc.integer({ min: 33, max: 20_000 }).map((depth) => ofText(`{"type":"ping","id":${'['.repeat(depth)}`)),
  fc.integer({ min: 1, max: 65_000 }).map((length) => ofText(`{"type":"${'a'.repeat(length)}"}`)),
  fc
    .constantFrom('9007199254740993', '1e999', '-1e999', '0.1e-400', '"\\ud800"', '"\\u0000"')
    .map((json) => ofText(`{"type":"ping","id":${json}}`)),
)

const oddBinary = fc.uint8Array({ maxLength: 100 }).map((bytes) => answered(bytes, 2))

/** Framing that RFC 6455 forbids, or that is over the limits. */
const brokenFrame: fc.Arbitrary<HostileFrame> = fc
  .oneof(
    fc.constantFrom(3, 4, 5, 6, 7, 11, 15).map((opcode) => rawFrame(Buffer.from('x'), { opcode })),
    fc.integer({ min: 1, max: 7 }).map((rsv) => rawFrame(Buffer.from('{}'), { rsv })),
    fc.constant(rawFrame(Buffer.from('{}'), { isMasked: false })),
    fc.constant(rawFrame(Buffer.from('{}'), { opcode: 0 })),
    fc.constant(rawFrame(Buffer.alloc(10), { opcode: 9, fin: false })),
    fc.constant(rawFrame(Buffer.alloc(126), { opcode: 9 })),
    fc.constant(rawFrame(Buffer.from([0xc3, 0x28]))),
    fc.constant(rawFrame(Buffer.from([0x03, 0xed]), { opcode: 8 })),
    fc.integer({ min: 65_557, max: 2 ** 31 }).map((claimedLength) => rawFrame(Buffer.from('x'), { claimedLength })),
    fc.constant(Buffer.concat([rawFrame(Buffer.from('{'), { fin: false }), rawFrame(Buffer.from('{}'))])),
    fc.constant(
      Buffer.concat(
        Array.from({ length: 300 }, (_, index) =>
          rawFrame(Buffer.from(' '), { fin: false, opcode: index === 0 ? 1 : 0 }),
        ),
      ),
    ),
  )
  .map((bytes) => ({ bytes, expects: 'break' }))

/** One connection's worth: messages that must each be answered, then perhaps a frame that must end it. */
export interface HostileConversation {
  readonly isGreeted: boolean
  readonly frames: readonly HostileFrame[]
}

/** At most `frames` frames. Not greeted: the very first must end the connection. */
export const hostileConversation = (frames: number): fc.Arbitrary<HostileConversation> =>
  fc.record({
    isGreeted: fc.oneof({ weight: 9, arbitrary: fc.constant(true) }, { weight: 1, arbitrary: fc.constant(false) }),
    frames: fc
      .tuple(
        fc.array(
          fc.oneof(
            { weight: 4, arbitrary: oddMessage },
            { weight: 2, arbitrary: oddCreate },
            { weight: 2, arbitrary: oddText },
            { weight: 1, arbitrary: oddBinary },
          ),
          { minLength: Math.max(1, frames - 6), maxLength: frames - 1, size: 'max' },
        ),
        fc.option(brokenFrame),
      )
      .map(([messages, broken]) => (broken === null ? messages : [...messages, broken])),
  })
