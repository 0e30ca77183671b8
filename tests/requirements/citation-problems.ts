import { basename } from 'node:path/posix'
import type { Requirement } from './requirement.ts'

/** Text of every file under tests/, by its path from the root. */
export type TestFiles = ReadonlyMap<string, string>

/** What is wrong with the citations of a requirement, one sentence each. */
export function citationProblems({ id, tests }: Requirement, files: TestFiles): readonly string[] {
  if (tests.length === 0) return [`${id} cites no test`]
  return tests.flatMap((citation) => {
    const problem = whatIsWrong(id, citation, files)
    return problem === undefined ? [] : [`${id} cites ${citation}, ${problem}`]
  })
}

function whatIsWrong(id: string, citation: string, files: TestFiles): string | undefined {
  const [, path = '', name = ''] = /^(\S+\.ts): (.+)$/.exec(citation) ?? []
  const text = files.get(path)
  if (text === undefined) return 'and that file is not there'
  if (!isRun(path, files)) return 'and no test runs that file'
  if (/\b(it|test|describe)(\.\w+)*\.(skip|todo|fails|only)\b/.test(text))
    return 'and in that file not every test counts'
  if (!isTestOf(text, name)) return 'and that file has no such test'
  const word = wordOf(id)
  return word === undefined || text.includes(word) ? undefined : `and that file does not say ${word}`
}

/** A test file, or a contract that a test file imports. */
function isRun(path: string, files: TestFiles): boolean {
  if (path.endsWith('.test.ts')) return true
  if (!path.endsWith('.contract.ts')) return false
  return [...files].some(([other, text]) => other.endsWith('.test.ts') && text.includes(`/${basename(path)}'`))
}

/** The name stands as the first argument of `it`, `test`, or what their `each` gives back. */
const isTestOf = (text: string, name: string): boolean =>
  ["'", '"', '`'].some((quote) => {
    const [, ...before] = text.split(`${quote}${name}${quote}`).toReversed()
    return before.some((part) => /(\b(it|test)\(|\)\()\s*$/.test(part))
  })

/** What a file must say that is cited for a word of the protocol. */
function wordOf(id: string): string | undefined {
  if (id.startsWith('message.binary.')) return 'binary'
  return /^(?:message|error|close)\.(.+)$/.exec(id)?.[1]
}
