import type { Mutation } from './mutation.ts'

const shared: readonly Mutation[] = [
  {
    area: 'adapters',
    removes: 'a silent stream ends after idle_ms',
    file: 'services/adapters/attempt-timers.ts',
    find: 'atMs: clocks.lastReadAtMs + timeouts.idleMs',
    replace: 'atMs: Infinity',
    tests: ['tests/adapters/timers/attempt-timers.test.ts'],
    named: 'for any history the deadline',
  },
  {
    area: 'adapters',
    removes: 'CR LF ends one line of an event stream',
    file: 'services/adapters/sse-reader.ts',
    find: 'this.#skipLineFeed && ',
    replace: 'false && ',
    tests: ['tests/adapters/sse/sse-reader.test.ts'],
    named: 'also when a read ends between CR and LF',
  },
  {
    area: 'adapters',
    removes: 'a character that two reads cut stays whole',
    file: 'services/adapters/sse-reader.ts',
    find: 'decoder.decode(chunk, { stream: true })',
    replace: 'decoder.decode(chunk)',
    tests: ['tests/adapters/sse/sse-reader.test.ts'],
    named: 'invalid UTF-8 becomes',
  },
]

const openai: readonly Mutation[] = [
  {
    area: 'openai adapter',
    removes: 'a stream without terminator is truncated',
    file: 'services/adapters/chat-completions/map-stream.ts',
    find: "!isComplete(state) && (by === 'end' || state.blocks === 0)",
    replace: 'false',
    tests: ['tests/adapters/openai/wire.test.ts'],
  },
  {
    area: 'openai adapter',
    removes: 'an abort closes the socket to the vendor',
    file: 'services/adapters/http-transport.ts',
    find: "const onAbort = () => request.destroy(new Error('aborted'))",
    replace: 'const onAbort = () => undefined',
    tests: ['tests/adapters/aborts/abort.test.ts'],
    named: 'an abort reaches the vendor',
  },
  {
    area: 'openai adapter',
    removes: 'a Responses stream without its last event is truncated',
    file: 'services/adapters/openai/map-responses-stream.ts',
    find: '  end: () => {\n    throw truncated()\n  },',
    replace: "  end: () => [{ type: 'finish', reason: 'stop' }],",
    tests: ['tests/adapters/openai/responses.test.ts'],
    named: 'the partial kept',
  },
  {
    area: 'openai adapter',
    removes: 'a parameter that the model refuses is not sent',
    file: 'services/adapters/openai/plan-call.ts',
    find: 'const taken = { ...request, parameters }',
    replace: 'const taken = request',
    tests: ['tests/adapters/openai/dropped-parameters.test.ts'],
    named: 'is not sent, and is the first event',
  },
]

const others: readonly Mutation[] = [
  {
    area: 'local adapter',
    removes: 'a killed engine fails its answers',
    file: 'services/adapters/local/engine-process.ts',
    find: 'for (const { reject } of this.#jobs.values()) reject(error)',
    replace:
      "for (const { resolve } of this.#jobs.values()) resolve({ reason: 'stop', usage: { inputTokens: 1, outputTokens: 1 } })",
    tests: ['tests/adapters/local/engine-process.system.test.ts'],
    named: 'killed mid-answer',
  },
  {
    area: 'demo adapter',
    removes: 'every chunk of a PNG has its CRC',
    file: 'services/adapters/demo/png.ts',
    find: 'crc32(bytes.subarray(4, data.byteLength + 8))',
    replace: '0',
    tests: ['tests/adapters/demo/demo.test.ts'],
    named: 'any pixels survive',
  },
]

export const adapterMutations: readonly Mutation[] = [...shared, ...openai, ...others]
