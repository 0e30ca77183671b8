import { type Requirement, requirementsOf } from './requirement.ts'

const npm = 'tests/clients/npm-openai.system.test.ts'
const sdk = 'tests/clients/ai-sdk.system.test.ts'
const python = 'tests/clients/python-openai.system.test.ts'

const officialClients = requirementsOf('accept.1', 'vendors acceptance 1', [
  [
    'clients-chat',
    'The official clients chat: whole, as a stream, with reasoning, refusals and structured output.',
    `${npm}: answer whole, with usage`,
    `${npm}: stream chunk by chunk, with usage when it is asked for`,
    `${npm}: stream through the helper, which puts the answer together`,
    `${npm}: bring reasoning as reasoning_content`,
    `${npm}: give structured output that parse() takes`,
    `${npm}: tell a refusal as one`,
    `${npm}: take pictures in`,
    `${sdk}: generates text, with usage`,
    `${sdk}: streams text, with usage`,
    `${sdk}: tells reasoning apart from the answer, streamed or not`,
    `${sdk}: gets an object that fits its schema`,
    `${python}: chats: whole, as a stream, by the helper, with reasoning, refusal and structured output`,
  ],
  [
    'clients-responses',
    'The official clients use responses: whole, as official events, with tools and pictures.',
    `${npm}: stream official events, numbered without a gap`,
    `${npm}: call tools, and go on from an earlier answer`,
    `${npm}: draw a picture with the tool image_generation, with partials`,
    `${python}: uses responses: whole, as a stream, by the helper, with tools and structured output`,
  ],
  [
    'clients-tools',
    'The official clients call tools and send what they gave.',
    `${npm}: call tools, and take what they gave`,
    `${npm}: stream tool calls through the helper`,
    `${sdk}: calls tools and sends what they gave, streamed or not`,
    `${python}: calls tools, whole and as a stream, and sends what they gave`,
  ],
  [
    'clients-images',
    'The official clients draw and change pictures, with partials.',
    `${npm}: are drawn`,
    `${npm}: are drawn with partials`,
    `${npm}: are changed, whole and with partials`,
    `${sdk}: draws a picture`,
    `${python}: draws and changes pictures, whole and with partials`,
  ],
  [
    'clients-models',
    'The official clients list models and make embeddings.',
    `${npm}: lists the profiles, and finds one`,
    `${npm}: turns texts into vectors`,
    `${sdk}: turns texts into vectors`,
    `${python}: lists models and turns texts into vectors`,
  ],
  [
    'clients-vendors',
    'An official client gets the same answer from every vendor: Responses, Messages, Ollama, any local server.',
    `${npm}: answers with reasoning, text and usage`,
    `${npm}: calls tools`,
  ],
  [
    'clients-exceptions',
    'The official clients raise the right exception for wrong key, unknown model, over-long input, rate limit and a cut stream.',
    `${npm}: AuthenticationError for a wrong key`,
    `${npm}: NotFoundError for an unknown model, on every route`,
    `${npm}: BadRequestError for an input that is too long, streamed: %s`,
    `${npm}: RateLimitError with Retry-After for a vendor that limits, streamed: %s`,
    `${npm}: RateLimitError with Retry-After for a limit of the house`,
    `${npm}: BadRequestError for a field that is wrong, naming it`,
    `${npm}: APIError for a stream that the vendor cut, after what came of it`,
    `${sdk}: tells errors by status, and which of them are worth another try`,
    `${sdk}: hears that a stream was cut, after what came of it`,
    `${python}: raises the right exceptions, also of a stream, and ends the run when it leaves`,
  ],
  [
    'clients-leave',
    'A client that no longer wants its answer ends the run at the vendor.',
    `${npm}: ends the run at the vendor when the answer is no longer wanted`,
    `${sdk}: ends the run at the vendor when it is aborted`,
    `${python}: raises the right exceptions, also of a stream, and ends the run when it leaves`,
  ],
  [
    'clients-python',
    'npm test brings the official Python package, pinned by hash, once; where there is no Python it says so.',
    'tests/scripts/python-client.system.test.ts: is installed by npm test once, and again for other requirements',
    'tests/scripts/python-client.system.test.ts: is missed without a Python, or when pip fails, and nothing half stays',
  ],
])

const fuzzing = requirementsOf('accept.5', 'vendors deliver 6', [
  [
    'fuzz-streams',
    'Broken vendor streams, cut at every place, are read the same however they are cut, and end typed.',
    'tests/fuzz/fuzz.system.test.ts: vendor streams, broken and cut at every place, are read the same however they are cut, and end typed',
    'tests/fuzz/judge-stream.test.ts: an answer that is complete without a terminator',
    'tests/fuzz/judge-stream.test.ts: events that depend on how the bytes were cut',
    'tests/fuzz/judge-stream.test.ts: an error that is none of ours',
    'tests/fuzz/found.test.ts: are made so: %s',
    'tests/fuzz/found.test.ts: ends typed: %s',
  ],
  [
    'fuzz-house',
    'A seeded sample of hostile frames and HTTP bodies is answered by the protocol.',
    'tests/fuzz/fuzz.system.test.ts: HTTP bodies and WebSocket frames are each answered by the protocol, and the house lives',
  ],
  [
    'fuzz-program',
    'npm run fuzz says its seed, its progress and how to see a failure again, and stops by itself.',
    'tests/fuzz/fuzz-program.system.test.ts: says its seed, how far it is and what it came to, and stops by itself',
    'tests/fuzz/fuzz-program.system.test.ts: tells rate and time left',
    'tests/fuzz/judge-answer.test.ts: a failure is told with the command that shows it again',
    'tests/fuzz/fuzz-program.system.test.ts: refuses %s %s with its help',
  ],
])

export const clientRequirements: readonly Requirement[] = [...officialClients, ...fuzzing]
