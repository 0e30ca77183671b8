import { z } from 'zod'

const longest = 400

/** What is wrong with a source file, one sentence each; nothing for most. */
export function sourceProblems(path: string, text: string): readonly string[] {
  const lines = text.split('\n').length - 1
  const tooLong = lines > longest ? [`${path} has ${lines} lines, more than ${longest}`] : []
  const code = text.replaceAll(/\/\*[\s\S]*?\*\//g, '').replaceAll(/(^|\s)\/\/.*$/gm, '')
  const inCode = bannedInCode.filter(({ pattern, except }) => pattern.test(code) && except?.test(path) !== true)
  const inComments = bannedInComments.filter(({ pattern }) => pattern.test(text))
  return [...tooLong, ...[...inCode, ...inComments].map(({ says }) => `${path} ${says}`)]
}

interface Banned {
  readonly pattern: RegExp
  readonly says: string
  /** Paths for which it does not hold. */
  readonly except?: RegExp
}

const bannedInCode: readonly Banned[] = [
  { pattern: /\bvi\.(mock|doMock|hoisted)\(/, says: 'mocks a module' },
  { pattern: /(:|\bas|<|,|\||&)\s*any\b\s*(\[|>|,|;|\)|\||&|=|$)/m, says: 'uses the type any' },
  { pattern: /\b(it|test|describe)\.(only|todo)\(/, says: 'has a test that runs alone or not at all' },
  {
    pattern: /\.safeParse(Async)?\(/,
    says: 'reads past parseUntrusted',
    except: /^(?!services\/)|^services\/common\/parse-untrusted\.ts$/,
  },
]

const bannedInComments: readonly Banned[] = [
  { pattern: /@ts-(ignore|nocheck)\b/, says: 'switches the types off' },
  { pattern: /@ts-expect-error\s*$/m, says: 'expects a type error without a reason' },
  { pattern: /biome-ignore(-\w+)?\s+[^\s:]+\s*(:\s*)?$/m, says: 'switches a lint rule off without a reason' },
  { pattern: /\/\/.*\b(TODO|FIXME)\b/, says: 'promises something for later' },
]

/**
 * Style rule 4: an adapter is `adapter.ts`, `wire-schema.ts` and at least one pure `map-*.ts`. The demo adapter has no
 * vendor, so nothing comes over a wire.
 */
export function adapterProblems(name: string, files: readonly string[]): readonly string[] {
  const wanted = [
    { says: 'adapter.ts', isThere: files.includes('adapter.ts') },
    { says: 'wire-schema.ts', isThere: name === 'demo' || files.includes('wire-schema.ts') },
    { says: 'map-*.ts', isThere: name === 'demo' || files.some((file) => /^map-.+\.ts$/.test(file)) },
  ]
  return wanted.filter(({ isThere }) => !isThere).map(({ says }) => `services/adapters/${name} has no ${says}`)
}

const lockfile = z.object({
  packages: z.record(
    z.string(),
    z.object({
      version: z.string().optional(),
      integrity: z.string().optional(),
      resolved: z.string().optional(),
      link: z.boolean().optional(),
      optional: z.boolean().optional(),
    }),
  ),
})

const modules = 'node_modules/'

/** Every package is pinned by its hash and named without the host it came from; old ones with a known hole are refused. */
export function lockfileProblems(text: string, floors: Readonly<Record<string, string>>): readonly string[] {
  const { packages } = lockfile.parse(JSON.parse(text))
  return Object.entries(packages)
    .filter(([path, { link }]) => path.includes(modules) && link !== true)
    .flatMap(([path, { version = '0', integrity, resolved, optional }]) => {
      const floor = floors[path.slice(path.lastIndexOf(modules) + modules.length)]
      return [
        ...(integrity === undefined && optional !== true && !isLocal(resolved) ? [`${path} has no integrity`] : []),
        ...(resolved?.startsWith('http') ? [`${path} names the host it came from`] : []),
        ...(floor !== undefined && isOlder(version, floor) ? [`${path} ${version} is older than ${floor}`] : []),
      ]
    })
}

const isLocal = (resolved: string | undefined): boolean => resolved?.startsWith('file:') ?? false

export function isOlder(version: string, floor: string): boolean {
  const numbers = (text: string): readonly number[] => text.split('.').map((part) => Number.parseInt(part, 10))
  const [have, need] = [numbers(version), numbers(floor)]
  const index = need.findIndex((number, place) => number !== have[place])
  return index !== -1 && (have[index] ?? 0) < (need[index] ?? 0)
}
