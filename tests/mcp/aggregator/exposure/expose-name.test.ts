import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { diffTools, rejudgeTools } from '../../../../services/mcp/aggregator/catalog/diff-tools.ts'
import type { ToolRecord } from '../../../../services/mcp/aggregator/catalog.ts'
import { exposeName } from '../../../../services/mcp/aggregator/exposure/expose-name.ts'
import { vetTool } from '../../../../services/mcp/aggregator/vetting/vet-tool.ts'
import { tool } from '../support/fake-pool.ts'
import { type McpServerSpecInput, serverSpec } from '../support/open-aggregator.ts'

const free = (): boolean => false

describe('the name that clients see', () => {
  test.each([
    [{ server: 'files', name: 'read_file' }, 'read_file'],
    [{ server: 'files', name: 'read-File9' }, 'read-File9'],
    [{ server: 'files', name: 'read.file' }, 'files_read_file'],
    [{ server: 'files', name: 'lies Datei' }, 'files_lies_Datei'],
    [{ server: 'files', name: 'hearth_call' }, 'files_hearth_call'],
    [{ server: 'files', name: 'HOME_light' }, 'files_HOME_light'],
    [{ server: 'home', name: 'a b' }, 'mcp_home_a_b'],
    [{ server: 'files', name: 'read', renamed: 'lies' }, 'lies'],
    [{ server: 'files', name: 'read', renamed: 'hearth_read' }, 'read'],
    [{ server: 's', name: 'x'.repeat(48) }, 'x'.repeat(48)],
  ])('of %j is %s when it is free', (wish, name) => {
    expect(exposeName(wish, free)).toBe(name)
  })

  test('what is too long is cut with a hash of server and name', () => {
    const long = exposeName({ server: 'files', name: 'x'.repeat(60) }, free)
    expect(long).toMatch(/^files_x{33}_[0-9a-f]{8}$/)
    expect(exposeName({ server: 'files', name: `${'x'.repeat(60)}y` }, free)).not.toBe(long)
  })

  test('one that is taken stands behind its server, then behind a hash', () => {
    const taken = new Set(['read', 'files_read'])
    expect(exposeName({ server: 'files', name: 'read' }, (name) => name === 'read')).toBe('files_read')
    expect(exposeName({ server: 'files', name: 'read' }, (name) => taken.has(name))).toMatch(/^files_read_[0-9a-f]{8}$/)
  })
})

const letter = fc.constantFrom(...'abAB_-.: /\\ä漢😀é\u200b\u202e\u0301"\'%#?', '\n', '\t', ' ')
const nasty = fc.oneof(
  fc.constantFrom('search', 'read_file', 'fetch', 'hearth_search', 'home_light', '__proto__', 'constructor', 'a'),
  fc.array(letter, { minLength: 1, maxLength: 60 }).map((letters) => letters.join('')),
  fc.string({ minLength: 1, maxLength: 130, unit: 'grapheme' }),
  fc.integer({ min: 40, max: 60 }).map((length) => 'n'.repeat(length)),
)

/** A store of records in memory: what a look writes is there at the next. */
class Records {
  readonly all = new Map<string, ToolRecord>()

  look(server: string, names: readonly string[], spec: McpServerSpecInput = {}): void {
    const context = this.#context(server, spec)
    const found = names.map((name) => vetTool(tool(name), false))
    for (const record of diffTools(found, () => true, context).records) this.#keep(record)
  }

  rejudge(server: string, spec: McpServerSpecInput): void {
    for (const record of rejudgeTools(this.#context(server, spec)).records) this.#keep(record)
  }

  names(): ReadonlyMap<string, string> {
    return new Map([...this.all].map(([key, { exposedName }]) => [key, exposedName]))
  }

  #context(server: string, spec: McpServerSpecInput) {
    const records = [...this.all.values()]
    const taken = new Set(records.map(({ exposedName }) => exposedName))
    return {
      server: { name: server, ...serverSpec(spec) },
      records: records.filter((record) => record.server === server),
      isTaken: (name: string) => taken.has(name),
      flagsOf: () => [],
      now: 1,
    }
  }

  #keep(record: Omit<ToolRecord, 'revision'>): void {
    this.all.set(JSON.stringify([record.server, record.name]), { ...record, revision: 1 })
  }
}

const servers = ['files', 'home', 'hearth', 'a', 'very-long-server-name-of-forty-nine-characters-in-all', 'b'] as const

/** Tools of six servers, of which many want the same name. */
function offers(names: readonly string[]): ReadonlyMap<string, string[]> {
  const byServer = new Map<string, string[]>()
  names.forEach((name, index) => {
    const server = servers[index % servers.length] ?? 'a'
    const own = byServer.get(server) ?? []
    if (!own.includes(name)) own.push(name)
    byServer.set(server, own)
  })
  return byServer
}

describe('5,000 nasty names', () => {
  const names = fc.sample(nasty, { numRuns: 16_000, seed: 20_261_123 })

  test('each get a name of 1 to 48 characters that is valid, not reserved, and nobody else’s', () => {
    const records = new Records()
    for (const [server, own] of offers(names)) records.look(server, own)
    const given = [...records.names().values()]
    expect(given.length).toBeGreaterThanOrEqual(5000)
    expect(new Set(given).size).toBe(given.length)
    for (const name of given) {
      expect(name).toMatch(/^[A-Za-z0-9_-]{1,48}$/)
      expect(name).not.toMatch(/^(hearth|home)_/i)
    }
  })

  test('keep their names when servers list them in another order, when others come and go, and when they come back', () => {
    const records = new Records()
    const all = offers(names.slice(0, 1500))
    for (const [server, own] of all) records.look(server, own)
    const before = records.names()
    for (const [server, own] of [...all].toReversed()) records.look(server, own.toReversed())
    expect(records.names()).toEqual(before)
    records.look('third', all.get('a') ?? [])
    records.look('a', [])
    records.look('fourth', all.get('a') ?? [])
    records.look('a', all.get('a') ?? [])
    for (const [key, name] of before) expect(records.names().get(key)).toBe(name)
    expect(new Set(records.names().values()).size).toBe(records.names().size)
  })

  test('do not depend on the order of the first listing', () => {
    const run = (order: (names: readonly string[]) => string[]): ReadonlyMap<string, string> => {
      const records = new Records()
      for (const [server, own] of offers(names.slice(0, 600))) records.look(server, order(own))
      return records.names()
    }
    expect(run((own) => own.toReversed())).toEqual(run((own) => [...own]))
  })

  test('any history of looks and renames leaves every name unique', () => {
    const step = fc.record({
      server: fc.constantFrom(...servers),
      names: fc.uniqueArray(nasty, { maxLength: 8 }),
      rename: fc.dictionary(nasty, fc.constantFrom('search', 'lies', 'a', 'files_a', 'hearth_x'), { maxKeys: 4 }),
    })
    fc.assert(
      fc.property(fc.array(step, { maxLength: 12 }), (steps) => {
        const records = new Records()
        for (const { server, names: own, rename } of steps) {
          records.look(server, own)
          records.rejudge(server, { tools: { rename } })
          const given = [...records.names().values()]
          expect(new Set(given).size).toBe(given.length)
        }
      }),
      { numRuns: 200 },
    )
  })
})
