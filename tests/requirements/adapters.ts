import { requirementsOf } from './requirement.ts'

const local = requirementsOf('deliver.4', 'spine deliver 4', [
  [
    'local-process',
    'The embedded engine is a process of its own, named hearth-engine; its death fails its answers and nothing else.',
    'tests/adapters/local/engine-process.system.test.ts: is named hearth-engine and ends with stop',
    'tests/adapters/local/engine-process.system.test.ts: killed mid-answer: every answer fails at once, what came is kept, the next one works',
    'tests/adapters/local/engine-process.system.test.ts: goes when its parent is killed: %s',
  ],
  [
    'local-package',
    'The engine has a package and a lockfile of its own; Hearth starts without them.',
    'tests/house.test.ts: %s pins every package by its hash and none below its advisory floor',
    'tests/scripts/bootstrap.system.test.ts: installs again what a changed lockfile asks for, and only that',
    'tests/adapters/local/connection-state.test.ts: no engine package: says how to install it, and starts all the same',
  ],
  [
    'local-answer',
    'A real small model answers on this machine.',
    'tests/adapters/local/smollm2.system.test.ts: knows the capital of France',
    'tests/adapters/local/answers.system.test.ts: an answer streams as one block of text, then usage and finish',
    'tests/contracts/model-adapter.contract.ts: an answer is bracketed text, usage, finish, in batches that are never empty',
  ],
  [
    'local-loaded-once',
    'A model is loaded once and kept; a conversation that goes on reads only what is new.',
    'tests/adapters/local/answers.system.test.ts: the second turn of a conversation reads only what is new',
    'tests/adapters/local/engine-process.system.test.ts: another model takes the place after the running answer is finished',
  ],
  [
    'local-parallel',
    'Answers of one engine stream at the same time; one too many waits its turn and says so.',
    'tests/adapters/local/answers.system.test.ts: two answers of one engine stream at the same time',
    'tests/adapters/local/answers.system.test.ts: an answer beyond the sequences waits its turn, says so, and comes',
  ],
  [
    'local-overflow',
    'An answer that reaches the end of the window ends with length; a conversation too long for it is refused with both numbers.',
    'tests/adapters/local/answers.system.test.ts: an answer that reaches the end of the window ends with length',
    'tests/adapters/local/answers.system.test.ts: a conversation that does not fit the window is refused with both numbers',
  ],
  [
    'local-abort',
    'An abort ends the answer in the engine and frees its place.',
    'tests/adapters/local/answers.system.test.ts: a cancel ends the answer with caller_cancelled and frees its place',
    'tests/adapters/local/answers.system.test.ts: a reader that leaves ends its answer',
  ],
  [
    'local-grammar',
    'Structured output and tool choice are held by a grammar made of the JSON Schema.',
    'tests/adapters/local/answers.system.test.ts: a JSON Schema is kept',
    'tests/adapters/local/answers.system.test.ts: a tool call that is required is one of the declared tools with fitting arguments',
    'tests/adapters/local/answers.system.test.ts: a tool that is named is the one called',
    'tests/adapters/local/map-json-schema.test.ts: what a grammar cannot follow is refused by name: %s',
  ],
])

const others = requirementsOf('deliver.4', 'spine deliver 4', [
  [
    'openai-request',
    'Chat Completions are asked at any base URL with what was asked for and nothing else.',
    'tests/adapters/openai/wire.test.ts: messages of every role, tools, format and parameters',
    'tests/adapters/openai/wire.test.ts: nothing that was not asked for',
    'tests/adapters/openai/wire.test.ts: key and server are read at every call',
  ],
  [
    'openai-answer',
    'Text, tool calls and usage come back as events, each block closed before the end.',
    'tests/adapters/openai/wire.test.ts: reasoning, text and usage, each block closed before finish',
    'tests/adapters/openai/wire.test.ts: tool calls by index, without index, without id, and all at index 0',
    'tests/adapters/openai/wire.test.ts: finish_reason %s is %s',
  ],
  [
    'openai-errors',
    'An error of the vendor becomes its typed code, asked once and without the text of the vendor.',
    'tests/adapters/openai/faults.test.ts: %s is %s, asked once, without the text of the vendor',
    'tests/adapters/openai/faults.test.ts: Retry-After is told, as seconds and as a date',
    'tests/adapters/openai/faults.test.ts: nobody at the address, and an unknown host, are provider_connection_failed',
  ],
  [
    'sse-reader',
    'Our own reader of server-sent events gives the same events wherever the bytes are cut, within bounds.',
    'tests/adapters/sse/sse-reader.test.ts: any cut of any byte stream gives the same events as the whole',
    'tests/adapters/sse/sse-reader.test.ts: invalid UTF-8 becomes U+FFFD wherever the reads end',
    'tests/adapters/sse/sse-reader.test.ts: a line over 16 MiB is provider_stream_error, after the events before it',
  ],
  [
    'demo-text',
    'The demo answers without key or model, the same prompt with the same text.',
    'tests/adapters/demo/demo.test.ts: depends on the prompt only, and has as many one-word deltas as the connection says',
    'tests/adapters/demo/demo.test.ts: comes at the pace of its connection',
    'tests/adapters/demo/demo.test.ts: a forced call has arguments that fit the schema',
  ],
  [
    'demo-pictures',
    'The demo draws valid PNGs, rough ones first, the same bytes for the same prompt.',
    'tests/adapters/demo/demo.test.ts: come as valid PNGs, rough ones first, each finer than the one before',
    'tests/adapters/demo/demo.test.ts: are the same bytes for the same prompt, others for another',
  ],
  [
    'timers',
    'Headers, first token, idle and total have a timer each, in every adapter.',
    'tests/adapters/timers/attempt-timers.test.ts: each silent phase aborts with its own code',
    'tests/adapters/timers/attempt-timers.test.ts: for any history the deadline is the phase rule, never past the total and never a phase back',
    'tests/adapters/openai/faults.test.ts: $fault is $code with the partial kept, the request closed',
    'tests/adapters/local/engine-process.system.test.ts: a silent engine is a time-out of headers before, of idle during, the answer; total ends a busy one',
    'tests/adapters/demo/demo.test.ts: a pace slower than idle_ms is provider_timeout_idle',
  ],
  [
    'bytes-of-the-body',
    'Only bytes of the body reset a timer or end a stream: no comment, no slow reader, no iterator of an SDK.',
    'tests/adapters/timers/attempt-timers.test.ts: comments before the first token do not move its deadline, reported progress does',
    'tests/adapters/timers/attempt-timers.test.ts: a consumer that holds a batch longer than idle_ms does not fail the vendor',
    'tests/adapters/openai/faults.test.ts: %s takes nothing away',
    'tests/adapters/openai/faults.test.ts: that holds a batch longer than idle_ms gets its whole answer',
  ],
  [
    'termination',
    'A stream that ends without its terminator is provider_stream_truncated, never a success.',
    'tests/contracts/model-adapter.contract.ts: a cut stream is provider_stream_truncated, never a success',
    'tests/adapters/openai/wire.test.ts: one terminator is enough, none is provider_stream_truncated',
    'tests/contracts/router.contract.ts: an answer that ends without its terminator is provider_stream_truncated',
  ],
  [
    'abort',
    "An abort closes the vendor's socket in every phase and leaves nothing behind.",
    'tests/adapters/openai/abort.test.ts: while nobody reads the answer',
    'tests/adapters/openai/abort.test.ts: a reader that leaves closes the request too',
    'tests/adapters/openai/abort.test.ts: 200 aborts leave sockets and timers as they were',
    'tests/contracts/model-adapter.contract.ts: an abort in the middle is caller_cancelled, soon',
  ],
  [
    'fake-vendor',
    'The fake vendor is a real HTTP server with pace and fault knobs that the unmodified SDK speaks to.',
    'tests/common/testing/fake-vendor.test.ts: speaks to the unmodified SDK',
    'tests/common/testing/fake-vendor.test.ts: says when the client left, and how far the answer came',
    'tests/common/testing/fake-vendor.test.ts: a fault that does not exist is told',
  ],
  [
    'registry',
    'Every adapter folder has the same shape and its line in the registry.',
    'tests/adapters/registry/registry.test.ts: has every folder of services/adapters under its name',
    'tests/house.test.ts: gives every adapter the same shape',
  ],
])

export const adapterRequirements = [...local, ...others]
