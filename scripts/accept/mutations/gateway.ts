import type { Mutation } from './mutation.ts'

const connection: readonly Mutation[] = [
  {
    area: 'gateway',
    removes: 'a foreign Origin gets no WebSocket',
    file: 'services/gateway/handshake/judge-upgrade.ts',
    find: 'checkHost(hostPolicy, { host, origin })',
    replace: 'checkHost(hostPolicy, { host, origin: undefined })',
    tests: ['tests/gateway/handshake.test.ts'],
  },
  {
    area: 'gateway',
    removes: 'a silent socket is closed when no hello comes',
    file: 'services/gateway/session/overdue.ts',
    find: "phase === 'greeting' && phaseMs >= helloMs",
    replace: 'false',
    tests: ['tests/gateway/session.test.ts'],
    named: 'closes with 4401 when no hello comes',
  },
  {
    area: 'gateway',
    removes: 'a revoked credential closes its sessions',
    file: 'services/gateway/session/membership.ts',
    find: "if (verdict.status === 'revoked') return revoked()",
    replace: '',
    tests: ['tests/gateway/ending.test.ts'],
    named: 'closes its sessions with 4401',
  },
]

const frames: readonly Mutation[] = [
  {
    area: 'gateway',
    removes: 'an unknown field is named',
    file: 'services/gateway/frames/explain-issues.ts',
    find: '[...path, unknownKey]',
    replace: 'path',
    tests: ['tests/gateway/session.test.ts'],
    named: 'names the path of an unknown type or field',
  },
  {
    area: 'gateway',
    removes: 'JSON nests at most 32 levels deep',
    file: 'services/common/http/json-depth.ts',
    find: 'if (depth > limit) return true',
    replace: '',
    tests: ['tests/gateway/frames.test.ts'],
  },
  {
    area: 'gateway',
    removes: 'keys that reach a prototype are refused',
    file: 'services/gateway/frames/json-safety.ts',
    find: "if (Object.hasOwn(value, '__proto__')) return 'must not have a key __proto__'",
    replace: '',
    tests: ['tests/gateway/frames.test.ts'],
  },
]

const sending: readonly Mutation[] = [
  {
    area: 'gateway',
    removes: 'text goes out before chunks of pictures',
    file: 'services/gateway/sending/socket-writer.ts',
    find: 'const chunk = this.#isChunkOut ? undefined : this.#queue.takeChunk()',
    replace: 'const chunk = this.#queue.takeChunk()',
    tests: ['tests/gateway/sending.test.ts'],
    named: 'also when pictures are small',
  },
  {
    area: 'gateway',
    removes: 'a client that takes nothing is cut with 4408',
    file: 'services/gateway/session/overdue.ts',
    find: "phase !== 'closing' && stalledMs >= stallMs",
    replace: 'false',
    tests: ['tests/gateway/sending.test.ts'],
    named: 'stops the reading of its runs',
  },
  {
    area: 'gateway',
    removes: 'what waits for a socket is bounded',
    file: 'services/gateway/sending/socket-writer.ts',
    find: 'this.#waitingTextBytes() >= this.#deps.limits.hardQueueBytes',
    replace: 'false',
    tests: ['tests/gateway/sending.test.ts'],
    named: 'is cut with 4408 at the hard limit',
  },
]

export const gatewayMutations: readonly Mutation[] = [...connection, ...frames, ...sending]
