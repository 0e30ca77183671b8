import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { root } from '../house.ts'
import { runProgram } from '../program.ts'

export type Revision = '2026-07-28' | '2025-11-25'

export interface SuiteResult {
  /** Scenario to its checks that failed, as `id: why`; those that passed whole have an empty list. */
  readonly scenarios: ReadonlyMap<string, readonly string[]>
}

const cli = join(root, 'node_modules/@modelcontextprotocol/conformance/dist/index.js')

/** Runs what a revision requires of a server, scored or not. */
export const runServerSuite = (url: string, revision: Revision): Promise<SuiteResult> =>
  run(['server', '--url', url, '--requirements', revision])

/** Runs what a revision requires of a client; `command` gets the address of the scenario's server as its last argument. */
export const runClientSuite = (
  command: string,
  revision: Revision,
  env: Readonly<Record<string, string>> = {},
): Promise<SuiteResult> => run(['client', '--command', command, '--requirements', revision], env)

async function run(args: readonly string[], env: Readonly<Record<string, string>> = {}): Promise<SuiteResult> {
  const folder = await mkdtemp(join(tmpdir(), 'hearth-conformance-'))
  try {
    await runProgram(process.execPath, [cli, ...args, '-o', folder], { env })
    return { scenarios: await scenariosIn(folder) }
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

interface Check {
  readonly id: string
  readonly status: string
  readonly errorMessage?: string
}

async function scenariosIn(folder: string): Promise<ReadonlyMap<string, readonly string[]>> {
  const found = new Map<string, readonly string[]>()
  for (const file of await readdir(folder, { recursive: true })) {
    if (!file.endsWith('checks.json')) continue
    const checks: readonly Check[] = JSON.parse(await readFile(join(folder, file), 'utf8'))
    const failed = checks.filter(({ status }) => status === 'FAILURE' || status === 'WARNING')
    found.set(scenarioOf(file), [...new Set(failed.map(({ id, errorMessage }) => `${id}: ${errorMessage ?? ''}`))])
  }
  return found
}

/** Folders are named `[server-]<scenario>-<time>`. */
const scenarioOf = (file: string): string =>
  file
    .replace(/[\\/]checks\.json$/, '')
    .replace(/^server-/, '')
    .replace(/-\d{4}-\d\d-\d\dT.*$/, '')
