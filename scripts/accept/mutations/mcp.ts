import type { Mutation } from './mutation.ts'

const store: readonly Mutation[] = [
  {
    area: 'store',
    removes: 'a write of settings bumps the revision',
    file: 'services/mcp/store/settings-ledger.ts',
    find: 'done.changes.length > 0 ? stamp.revision : meta.revision',
    replace: 'meta.revision',
    tests: ['tests/mcp/store/settings-objects.test.ts'],
  },
  {
    area: 'store',
    removes: 'what is declared wins over what the API wrote',
    file: 'services/mcp/store/effective-objects.ts',
    find: "['cluster', 'config', 'api']",
    replace: "['api', 'cluster', 'config']",
    tests: ['tests/mcp/store/settings-objects.test.ts'],
  },
  {
    area: 'store',
    removes: 'what is declared is read-only: 409',
    file: 'services/mcp/store/settings-objects-store.ts',
    find: "if (current.origin !== 'api') throw this.#taken(current)",
    replace: '',
    tests: ['tests/mcp/store/settings-objects.test.ts'],
  },
  {
    area: 'store',
    removes: 'no update is lost between two writers',
    file: 'services/mcp/store/settings-objects-store.ts',
    find: 'ifRevision !== undefined && ifRevision !== current.revision',
    replace: 'false',
    tests: ['tests/mcp/store/settings-objects.test.ts'],
  },
  {
    area: 'store',
    removes: 'an append resolves after its commit, not before',
    file: 'services/mcp/store/group-commit.ts',
    find: 'return await this.#commitBatch(batch.map(({ work }) => work))',
    replace:
      'const committing = this.#commitBatch(batch.map(({ work }) => work)); for (const { resolve } of batch) resolve(undefined as never); return await committing',
    tests: ['tests/mcp/store/group-commit.test.ts'],
  },
  {
    area: 'store',
    removes: 'commits wait for the disk: synchronous = FULL',
    file: 'services/mcp/store/sqlite/open-database.ts',
    find: "{ pragma: 'synchronous', set: 'FULL', readBack: 2 }",
    replace: "{ pragma: 'synchronous', set: 'NORMAL', readBack: 1 }",
    tests: ['tests/mcp/store/database-file.test.ts'],
    named: 'has every required setting',
  },
  {
    area: 'store',
    removes: 'an ended session is refused',
    file: 'services/mcp/store/identity-store.ts',
    find: 'if ((principal.expiresAt ?? Infinity) <= this.#deps.clock()) throw unauthenticated()',
    replace: '',
    tests: ['tests/mcp/store/credentials.test.ts'],
  },
  {
    area: 'store',
    removes: 'a token never exceeds the role of its user',
    file: 'services/mcp/store/effective-rights.ts',
    find: 'return roles.indexOf(left) > roles.indexOf(right) ? left : right',
    replace: 'return left',
    tests: ['tests/mcp/store/credentials.test.ts'],
  },
  {
    area: 'store',
    removes: 'a conversation is found by its owner only',
    file: 'services/mcp/store/append-queries.ts',
    find: "value('id')).where('owner', '=', value('owner'))",
    replace: "value('id'))",
    tests: ['tests/contracts/history.test.ts'],
  },
]

const api: readonly Mutation[] = [
  {
    area: 'REST',
    removes: 'If-Match of an older revision is 412',
    file: 'services/mcp/api/preconditions.ts',
    find: 'ifMatch !== undefined && !isStillAt(ifMatch, tag)',
    replace: 'false',
    tests: ['tests/mcp/api/settings-objects.test.ts'],
  },
  {
    area: 'REST',
    removes: 'the scope of a token is checked',
    file: 'services/mcp/api/access.ts',
    find: "access.type !== 'scopes' || hasScope(caller, access.anyOf)",
    replace: 'true',
    tests: ['tests/mcp/api/route-table.test.ts'],
  },
  {
    area: 'REST',
    removes: 'null in a merge patch removes',
    file: 'services/mcp/api/merge-patch.ts',
    find: '.filter(([, value]) => value !== null)',
    replace: '',
    tests: ['tests/mcp/api/merge-patch.test.ts'],
  },
  {
    area: 'REST',
    removes: 'an Idempotency-Key works once',
    file: 'services/mcp/api/idempotency-cache.ts',
    find: 'if (known !== undefined) return repeat(known, request)',
    replace: '',
    tests: ['tests/mcp/api/idempotency-cache.test.ts'],
  },
  {
    area: 'internal routes',
    removes: 'only the cluster token opens them',
    file: 'services/mcp/api/register-internal.ts',
    find: 'if (!isRole(request.headers.authorization)) throw new RoleRefused()',
    replace: '',
    tests: ['tests/common/rest/mcp-client.test.ts'],
    named: 'only the cluster token',
  },
]

export const mcpMutations: readonly Mutation[] = [...store, ...api]
