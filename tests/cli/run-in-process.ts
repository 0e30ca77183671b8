import { tmpdir } from 'node:os'
import { Readable } from 'node:stream'
import { runCli } from '../../clients/cli/run-cli.ts'

export interface Told {
  readonly code: number
  readonly stdout: string
  readonly stderr: string
}

/** The command line client without a process of its own: for what does not depend on one. Progress is not kept. */
export async function runInProcess(args: readonly string[], env: Readonly<Record<string, string>> = {}): Promise<Told> {
  const [stdout, stderr]: [string[], string[]] = [[], []]
  const code = await runCli(args, {
    env,
    cwd: tmpdir(),
    userDir: env['INIT_CWD'] ?? tmpdir(),
    signal: new AbortController().signal,
    terminal: {
      input: () => Readable.from(''),
      write: async (text) => void stdout.push(text),
      note: (line) => void stderr.push(`${line}\n`),
      progress: () => undefined,
    },
  })
  return { code, stdout: stdout.join(''), stderr: stderr.join('') }
}
