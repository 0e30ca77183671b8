import { type Later, laterOf, type Requirement, requirementsOf } from './requirement.ts'

const everyKind = 'tests/contracts/router.contract.ts: every kind of event arrives as it was'
const manyLanes =
  'tests/gateway/sending.test.ts: keeps numbers gap-free, pictures byte-exact, lanes in order, and text before chunks'
const cancels =
  'tests/gateway/runs.test.ts: cancels by response_id and by stream_id, again without an error, and only what is known'
const refreshes = 'tests/gateway/session.test.ts: extends the session by another token of the same principal'

const fromClients = requirementsOf('message', 'WebSocket reference, client to server', [
  [
    'session.hello',
    'Opens the session with the token it brings or the one of the handshake.',
    'tests/gateway/handshake.test.ts: takes a token from session.hello, and refuses a wrong one with 4401',
  ],
  ['session.refresh', 'Extends the session by a new token of the same principal.', refreshes],
  [
    'response.create',
    'Starts a run in a lane.',
    'tests/gateway/runs.test.ts: hands the router every field, translated once',
  ],
  ['response.cancel', 'Cancels a run or the runs of a lane, idempotent.', cancels],
  ['ping', 'Is answered by pong.', 'tests/gateway/session.test.ts: answers ping with pong and the same id and t'],
])

const ofSessions = requirementsOf('message', 'WebSocket reference, server to client', [
  [
    'session.created',
    'Says what the caller may use and what is limited.',
    'tests/gateway/handshake.test.ts: says in session.created what the caller may use',
  ],
  ['session.updated', 'Answers session.refresh with the new time to live.', refreshes],
  [
    'session.draining',
    'Tells each client its own time to come back.',
    'tests/gateway/ending.test.ts: tells each client its own time, refuses new runs and sockets, and closes with 1001',
  ],
  [
    'error',
    'Names code, path and what it answers to.',
    'tests/gateway/session.test.ts: names the path of an unknown type or field, echoes event_id and stream_id, and stays',
    'tests/gateway/runs.test.ts: answers what the router refuses with its code, event_id and stream_id',
  ],
  [
    'pong',
    'Has the id and t of its ping.',
    'tests/gateway/session.test.ts: answers ping with pong and the same id and t',
  ],
])

const ofRuns = requirementsOf('message', 'WebSocket reference, server to client', [
  [
    'response.created',
    'Number 0 of every run, with the stream_no of its binary frames.',
    'tests/gateway/runs.test.ts: streams an answer from created to completed with gap-free numbers',
  ],
  [
    'response.queued',
    'Says how many runs of the lane are in front.',
    'tests/contracts/router.contract.ts: runs of one lane go one after the other, other lanes do not wait',
    'tests/router/runs.test.ts: silence repeats the phase, and the place in the lane',
  ],
  [
    'response.in_progress',
    'Says what the target is busy with, again during silence.',
    'tests/router/runs.test.ts: silence repeats the phase, and the place in the lane',
    everyKind,
  ],
  ...(
    [
      ['response.output_item.added', 'An item begins.'],
      ['response.output_item.done', 'An item is whole; each that began gets it.'],
      ['response.content_part.added', 'A part begins.'],
      ['response.content_part.done', 'A part is whole.'],
      ['response.output_text.delta', 'More text.'],
      ['response.output_text.done', 'The text is whole.'],
      ['response.reasoning_text.delta', 'More reasoning.'],
      ['response.reasoning_text.done', 'The reasoning is whole.'],
      ['response.refusal.delta', 'More of a refusal.'],
      ['response.refusal.done', 'The refusal is whole.'],
      ['response.function_call_arguments.delta', 'More arguments of a tool call.'],
      ['response.function_call_arguments.done', 'The arguments of a tool call are whole.'],
      ['response.image_generation_call.in_progress', 'A picture was asked for.'],
      ['response.image_generation_call.generating', 'The picture is being drawn.'],
      ['response.image_generation_call.partial_image', 'A rough picture follows in binary frames.'],
    ] as const
  ).map(([type, says]) => [type, says, everyKind] as const),
  [
    'response.image_generation_call.completed',
    'The picture follows in binary frames and is kept under its blob_id.',
    'tests/contracts/router.contract.ts: text and a picture of several megabytes arrive in one run, byte for byte',
    'tests/router/run-keeping.test.ts: a picture is fetchable when it is announced',
  ],
  [
    'response.completed',
    'The run ended by itself.',
    'tests/contracts/router.contract.ts: an answer is numbered from 0 without gaps, from response.created to one terminal',
  ],
  [
    'response.incomplete',
    'The run was cut by a limit of length or content.',
    'tests/contracts/router.contract.ts: a cut by the token limit is response.incomplete',
  ],
  [
    'response.failed',
    'The run failed; the error says why.',
    'tests/contracts/router.contract.ts: a failure keeps its code, retryability and details',
  ],
  [
    'response.cancelled',
    'The run was cancelled.',
    'tests/contracts/router.contract.ts: a cancel ends the run with its partial answer, and may come twice',
    cancels,
  ],
])

const binaryFrames = requirementsOf('message.binary', 'WebSocket reference, binary frames', [
  ['imagePartial', 'Chunks of a rough picture.', manyLanes],
  ['imageFinal', 'Chunks of a picture, byte-exact by SHA-256.', manyLanes],
])

const closes = requirementsOf('close', 'WebSocket reference, close codes', [
  [
    '1001',
    'The server stops.',
    'tests/gateway/ending.test.ts: tells each client its own time, refuses new runs and sockets, and closes with 1001',
  ],
  [
    '1009',
    'A frame is over its limit.',
    'tests/gateway/session.test.ts: takes a text frame of 64 KiB and closes with 1009 beyond what a frame may have',
  ],
  [
    '1013',
    'The session is flooded.',
    'tests/gateway/session.test.ts: limits the frames of one connection with a time to wait, and ends a lasting flood with 1013',
  ],
  [
    '4400',
    'Frames that are no messages, or another frame before hello.',
    'tests/gateway/session.test.ts: closes with 4400 when the first frame is %s',
    'tests/gateway/session.test.ts: answers a frame that is no JSON object, and closes with 4400 at the third',
  ],
  [
    '4401',
    'No valid token, or the session ended.',
    'tests/gateway/handshake.test.ts: takes a token from session.hello, and refuses a wrong one with 4401',
    'tests/gateway/session.test.ts: closes with 4401 when no hello comes in time',
    'tests/gateway/ending.test.ts: closes its sessions with 4401 at once, before and after hello, and no others',
  ],
  [
    '4403',
    'The token lacks the right.',
    'tests/gateway/handshake.test.ts: closes with 4403 after a hello whose token lacks the scope chat',
    'tests/gateway/ending.test.ts: closes with 4403 when the credential loses the scope chat',
  ],
  [
    '4408',
    'The client reads too slowly.',
    'tests/gateway/sending.test.ts: stops the reading of its runs at the soft limit and is cut with 4408 when it takes nothing; the run goes on',
    'tests/gateway/close-codes.test.ts: with 4408 and gateway_slow_consumer in the reason when its client takes nothing',
  ],
  [
    '4429',
    'The token holds too many connections.',
    'tests/gateway/handshake.test.ts: bounds all connections with 503 and those of one credential with 429 or 4429',
  ],
  [
    '4500',
    'A defect of Hearth.',
    'tests/gateway/close-codes.test.ts: with 4500 and without the text of the defect when a token cannot be checked for a defect of ours',
  ],
])

export const protocolRequirements: readonly Requirement[] = [
  ...fromClients,
  ...ofSessions,
  ...ofRuns,
  ...binaryFrames,
  ...closes,
]

export const laterInProtocol: readonly Later[] = [
  ...laterOf('message', {
    'settings over the socket': ['settings.updated'],
    'history over the socket': ['conversation.list', 'conversation.get', 'conversation.search', 'conversation.delete'],
    'flow control by credit': ['flow.credit'],
    'fallback and budgets': ['response.fallback', 'rate_limits.updated'],
    'the tool loop': [
      'tool_output.submit',
      'tool_approval.request',
      'tool_approval.respond',
      'response.mcp_call.in_progress',
      'response.mcp_call.completed',
      'response.mcp_call.failed',
    ],
    devices: [
      'device.command',
      'device.subscribe',
      'device.unsubscribe',
      'device.state',
      'device.command.accepted',
      'device.command.confirmed',
      'device.command.failed',
    ],
  }),
  ...laterOf('message.binary', { audio: ['audio'] }),
  ...laterOf('close', {
    'pods under an operator': ['1012'],
    'a second version of the protocol': ['4426'],
  }),
]
