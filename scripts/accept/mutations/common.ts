import type { Mutation } from './mutation.ts'

const errors: readonly Mutation[] = [
  {
    area: 'errors',
    removes: 'the HTTP status of the error table',
    file: 'services/common/http/problem.ts',
    find: 'status: number = errorRow(error.code).http): Problem',
    replace: 'status: number = 400): Problem',
    tests: ['tests/common/http/http-server.test.ts'],
  },
  {
    area: 'errors',
    removes: 'a defect of ours is shown without its text',
    file: 'services/common/errors/hearth-error.ts',
    find: "'An unexpected error occurred; the log of the server has the details.'",
    replace: 'String(error)',
    tests: ['tests/common/http/http-server.test.ts'],
  },
  {
    area: 'host guard',
    removes: 'a foreign Host is refused',
    file: 'services/common/http/host-guard.ts',
    find: 'authority === undefined || !policy.allowedHosts.some((name) => name.toLowerCase() === authority.name)',
    replace: 'authority === undefined',
    tests: ['tests/common/http/host-guard.test.ts'],
  },
  {
    area: 'host guard',
    removes: 'a foreign Origin is refused',
    file: 'services/common/http/host-guard.ts',
    find: 'if (isOwnOrigin(policy, authority, origin)) return { ok: true }',
    replace: 'return { ok: true }',
    tests: ['tests/common/http/host-guard.test.ts'],
  },
]

const config: readonly Mutation[] = [
  {
    area: 'config',
    removes: 'an unknown key is an error',
    file: 'services/common/config/config-schema.ts',
    find: 'const gateway = z.strictObject({',
    replace: 'const gateway = z.object({',
    tests: ['tests/common/config/load-config.test.ts'],
  },
  {
    area: 'config',
    removes: 'a variable of the environment is over the file',
    file: 'services/common/config/load-config.ts',
    find: 'applyOverrides(merged, overrides)',
    replace: 'merged',
    tests: ['tests/common/config/load-config.test.ts'],
  },
  {
    area: 'config',
    removes: 'a broken edit changes nothing',
    file: 'services/common/config/watch-config.ts',
    find: 'onError(news.error)',
    replace: 'onError(news.error); onChange(undefined, { live: [], needsRestart: [] })',
    tests: ['tests/common/config/watch-config.test.ts'],
    named: 'keeps the old',
  },
]

const process: readonly Mutation[] = [
  {
    area: 'lifecycle',
    removes: 'parts stop in reverse',
    file: 'services/common/lifecycle/lifecycle.ts',
    find: 'this.#started.splice(0).reverse()',
    replace: 'this.#started.splice(0)',
    tests: ['tests/common/lifecycle/lifecycle.test.ts'],
  },
  {
    area: 'readiness',
    removes: 'a blocking reason makes the process not ready',
    file: 'services/common/lifecycle/readiness.ts',
    find: 'this.reasons().every((reason) => !reason.blocking)',
    replace: 'true',
    tests: ['tests/common/telemetry/operations.test.ts'],
  },
  {
    area: 'log',
    removes: 'secrets are redacted',
    file: 'services/common/telemetry/create-logger.ts',
    find: 'paths: redactedPaths',
    replace: 'paths: []',
    tests: ['tests/common/telemetry/create-logger.test.ts'],
  },
]

const settings: readonly Mutation[] = [
  {
    area: 'settings mirror',
    removes: 'the whole snapshot is swapped at once',
    file: 'services/common/settings/settings-mirror.ts',
    find: 'this.#current = next',
    replace: 'this.#current = this.#current === undefined ? next : Object.assign(this.#current, next)',
    tests: ['tests/common/settings/settings-mirror.test.ts'],
  },
  {
    area: 'settings mirror',
    removes: 'a newer doorbell is a reason to read',
    file: 'services/common/settings/settings-mirror.ts',
    find: 'if (ring.kinds.some(isInSnapshot) && isNewer(ring, this.#current)) void this.refresh()',
    replace: 'void ring',
    tests: ['tests/common/settings/settings-mirror.test.ts'],
  },
]

const grpc: readonly Mutation[] = [
  {
    area: 'gRPC',
    removes: 'the cluster token is checked',
    file: 'services/common/grpc/guard-calls.ts',
    find: "isRole(metadata.get('authorization')[0]?.toString())",
    replace: 'true',
    tests: ['tests/common/grpc/grpc-server.test.ts'],
  },
  {
    area: 'gRPC',
    removes: 'the details of an error survive the wire',
    file: 'services/common/grpc/error-trailer.ts',
    find: 'new HearthError(code, message, { retryable, details })',
    replace: 'new HearthError(code, message, { retryable })',
    tests: ['tests/contracts/adapter-set.test.ts'],
  },
  {
    area: 'gRPC',
    removes: 'a cancel reaches the server',
    file: 'services/common/grpc/adapter-implementation.ts',
    find: 'adapters.generate(adapter, decoded, signal)',
    replace: 'adapters.generate(adapter, decoded, new AbortController().signal)',
    tests: ['tests/contracts/adapter-set.test.ts'],
  },
]

/** What all roles share: errors, configuration, the life of a process, and the seams over a network. */
export const commonMutations: readonly Mutation[] = [...errors, ...config, ...process, ...settings, ...grpc]
