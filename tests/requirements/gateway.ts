import { requirementsOf } from './requirement.ts'

const socket = requirementsOf('deliver.6', 'spine deliver 6', [
  [
    'handshake',
    'Without hearth.v1, with a foreign Host or Origin or a wrong token there is no socket but a problem document.',
    'tests/gateway/handshake.test.ts: is refused with a problem document when %s',
    'tests/gateway/handshake.test.ts: passes our own Origin and those on the list',
  ],
  [
    'authentication',
    'A token comes by header, by subprotocol or in session.hello, is never echoed, and does not count in a URL.',
    'tests/gateway/handshake.test.ts: takes a token from %s and never echoes it',
    'tests/gateway/handshake.test.ts: takes a token from session.hello, and refuses a wrong one with 4401',
    'tests/gateway/handshake.test.ts: does not count a token in the URL',
  ],
  [
    'greeting',
    'session.hello comes first, within 5 s and 4 KiB; nothing else is accepted before.',
    'tests/gateway/session.test.ts: closes with 4401 when no hello comes in time',
    'tests/gateway/overdue.test.ts: %s',
    'tests/gateway/session.test.ts: closes with 4400 when the first frame is %s',
  ],
  [
    'validation',
    'Every frame is validated; what does not fit is answered with the path of the field, and the connection stays.',
    'tests/gateway/session.test.ts: names the path of an unknown type or field, echoes event_id and stream_id, and stays',
    'tests/gateway/frames.test.ts: never throws and always says what is wrong by a code of the caller, whatever the bytes',
    'tests/common/protocol/messages.test.ts: refuse an unknown field in %s',
  ],
  [
    'frame-limits',
    'Text frames have at most 64 KiB and 32 levels, found before a parse.',
    'tests/gateway/session.test.ts: takes a text frame of 64 KiB and closes with 1009 beyond what a frame may have',
    'tests/gateway/frames.test.ts: takes 32 levels and refuses 33 and 60,000 without a stack overflow',
  ],
  [
    'not-served-yet',
    'A message of a capability that is not built yet is answered with caller_unsupported_feature.',
    'tests/gateway/session.test.ts: answers %s with caller_unsupported_feature and stays',
  ],
  [
    'translation',
    'response.create reaches the router with every field, translated once.',
    'tests/gateway/runs.test.ts: hands the router every field, translated once',
  ],
  [
    'lanes',
    'A session has 16 lanes, each first come first served, each with a bound on what waits.',
    'tests/gateway/runs.test.ts: uses at most 16 lanes at the same time; one that ended is free again',
    'tests/gateway/runs.test.ts: hands the runs of a lane to the router in the order they came, however slow it is',
    'tests/gateway/runs.test.ts: bounds the runs that wait in one lane',
  ],
  [
    'text-frames',
    'Text streams with gap-free numbers; all frames of one tick are one write.',
    'tests/gateway/runs.test.ts: streams an answer from created to completed with gap-free numbers',
    'tests/gateway/sending.test.ts: writes all frames of one tick at once',
  ],
  [
    'merging',
    'Adjacent deltas are joined only while the socket or the process lags, with contiguous ranges; `never` joins none.',
    'tests/gateway/openai-api/merging.test.ts: a client that lags gets adjacent deltas joined or one by one: %s',
    'tests/gateway/merging.test.ts: say the same, in ranges without a gap, and leave everything else as it was',
    'tests/gateway/merging.test.ts: auto joins only while the client or the process lags; never, not even then',
    'tests/gateway/merging.test.ts: gets what waited for it joined, and the same text',
    'tests/gateway/merging.test.ts: gets every delta as it came where the house says never',
  ],
  [
    'binary-frames',
    'Pictures go as chunks with a header of 20 bytes, text of other lanes between them, pictures in turn.',
    'tests/common/protocol/binary-frame.test.ts: have the layout of Python struct >4B4I',
    'tests/gateway/send-queue.test.ts: lets every text go that no picture of its own lane holds back, before any chunk',
    'tests/gateway/send-queue.test.ts: takes chunks of several pictures in turn',
    'tests/gateway/sending.test.ts: keeps numbers gap-free, pictures byte-exact, lanes in order, and text before chunks',
  ],
  [
    'cancel',
    'A cancel names a run or a lane, is idempotent, and reaches a run that is only being started.',
    'tests/gateway/runs.test.ts: cancels by response_id and by stream_id, again without an error, and only what is known',
    'tests/gateway/runs.test.ts: reaches a run that the router has not taken yet',
  ],
  [
    'heartbeat',
    'The server pings every 20 s; two misses end the connection.',
    'tests/gateway/ending.test.ts: pings, and ends a connection that misses two',
    'tests/gateway/overdue.test.ts: %s',
  ],
  [
    'slow-consumer',
    'A reader too slow stops the reading of its runs, is cut at the limits, and disturbs nobody.',
    'tests/gateway/sending.test.ts: stops the reading of its runs at the soft limit and is cut with 4408 when it takes nothing; the run goes on',
    'tests/gateway/sending.test.ts: is cut with 4408 at the hard limit when its own requests fill the queue',
    'tests/gateway/sending.test.ts: does not disturb another client',
  ],
  [
    'rates-and-counts',
    'Frames of a connection, connections of a token and unauthenticated sockets of an address are bounded.',
    'tests/gateway/session.test.ts: limits the frames of one connection with a time to wait, and ends a lasting flood with 1013',
    'tests/gateway/handshake.test.ts: holds at most the configured sockets of one address before authentication, and frees them',
    'tests/gateway/handshake.test.ts: bounds all connections with 503 and those of one credential with 429 or 4429',
  ],
  [
    'end-of-a-credential',
    'A token that ends or is revoked takes its sessions along; a refresh extends them.',
    'tests/gateway/ending.test.ts: closes its sessions with 4401 at once, before and after hello, and no others',
    'tests/gateway/ending.test.ts: counts the ttl of a token down, gives grace, then closes with 4401; a refresh extends it',
  ],
  [
    'close-codes',
    'Every end has its close code and a reason that fits a close frame.',
    'tests/common/protocol/messages.test.ts: hold every code that the error table closes with, once',
    'tests/gateway/ending.test.ts: name the code and fit a close frame',
  ],
  [
    'blobs',
    'A kept picture is fetched at GET /v1/blobs/<id> by its owner only.',
    'tests/gateway/http.test.ts: gives kept bytes to their owner only, by any token of a right that reads',
    'tests/router/run-keeping.test.ts: a picture is fetchable when it is announced',
  ],
  [
    'first-start',
    'The first start makes the admin token and a single-use pairing code and prints the link and the path of the token.',
    'tests/composition/first-start.system.test.ts: prints a link that pairs one device and the path of the admin token, the next start only the path',
    'tests/composition/admin-token.test.ts: is made once, readable by the owner alone, and kept',
  ],
])

const api = 'tests/gateway/openai-api'

const openAiHttp = requirementsOf('deliver.6', 'vendors deliver 2', [
  [
    'http-chat',
    'POST /v1/chat/completions answers with official objects and chunks: text, reasoning, refusals, tool calls, usage.',
    `${api}/chat.test.ts: streams official chunks: role first, content, finish, usage when asked, [DONE]`,
    `${api}/chat.test.ts: streams reasoning, refusals and tool calls, several of them by index`,
    `${api}/chat.test.ts: answers as one object when not streamed`,
    `${api}/chat.test.ts: hands the router every field, translated once`,
  ],
  [
    'http-responses',
    'POST /v1/responses answers with official events only, renumbered without a gap.',
    `${api}/responses.test.ts: streams official events only, numbered without a gap, with whole responses at both ends`,
    `${api}/responses.test.ts: answers as one object, and its stream adds up to the same`,
    `${api}/responses.test.ts: draws when the choice names image_generation, rough versions first`,
    `${api}/responses.test.ts: hands the router every field, translated once`,
  ],
  [
    'http-pictures',
    'Pictures and edits are served with rough versions, edits as a form and as JSON.',
    `${api}/pictures.test.ts: streams rough versions and the picture`,
    `${api}/pictures.test.ts: takes the form that the libraries send`,
    `${api}/pictures.test.ts: takes JSON with data URLs, and streams`,
  ],
  [
    'http-models',
    'GET /v1/models lists the profiles that the caller may use; embeddings come where a target has them.',
    `${api}/pictures.test.ts: lists the profiles that the caller may use, and no others`,
    `${api}/pictures.test.ts: gives vectors in the order of the texts, as numbers and as base64`,
  ],
  [
    'http-unserved',
    'What would silently be missing from an answer is refused, naming its field.',
    `${api}/chat.test.ts: refuses what would have no effect, naming %s`,
    `${api}/responses.test.ts: refuses what would have no effect, naming %s`,
  ],
  [
    'http-errors',
    'Every failure has the official shape, with Retry-After and a request id, whatever the body.',
    `${api}/errors.test.ts: has the official shape for %s`,
    `${api}/errors.test.ts: %s has its status, type and code of the table`,
    `${api}/errors.test.ts: says when to come back, and is sent again by the libraries only then`,
    `${api}/errors.test.ts: is answered in the official shape or run, never with a 5xx`,
  ],
  [
    'http-late-failure',
    'The status is sent with the first content: an earlier failure is an HTTP status, a later one an error event without [DONE].',
    `${api}/chat.test.ts: sends the status of a failure that comes before the first content, also when a stream was asked for`,
    `${api}/chat.test.ts: ends a stream that fails later with an error chunk and no [DONE], which the libraries raise`,
    `${api}/responses.test.ts: ends a run that fails later with response.failed and an error, which the libraries raise`,
  ],
  [
    'http-cancel',
    'Ending the request cancels the run, in every phase.',
    `${api}/ending.test.ts: cancels its run while nothing has come yet (stream: %s)`,
    `${api}/ending.test.ts: cancels its run while tokens flow, once`,
    `${api}/ending.test.ts: while the router still starts the run: the start is given up, and a run that begins all the same is cancelled`,
  ],
  [
    'http-bounds',
    'A slow client is bounded and cut; silence is filled; a stopping server lets answers end, then says why they do not.',
    `${api}/ending.test.ts: that takes nothing is cut and its run cancelled; meanwhile its run is not read`,
    `${api}/ending.test.ts: that takes little by little gets everything`,
    `${api}/ending.test.ts: is filled with comments once the status is sent`,
    `${api}/ending.test.ts: cancels what does not end in time, and tells its client why`,
  ],
])

export const gatewayRequirements = [...socket, ...openAiHttp]
