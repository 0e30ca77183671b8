import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { root } from '../support/house.ts'

export interface HearthRun {
  readonly code: number | null
  readonly stdout: string
  readonly stderr: string
  /** Reads of standard output, as they came. */
  readonly reads: readonly string[]
}

export interface HearthOptions {
  readonly env?: Readonly<Record<string, string>>
  readonly cwd?: string
  readonly stdin?: string
  /** Sends the signal once the output, of either kind, holds the text. */
  readonly signalAt?: { readonly text: string; readonly signal: NodeJS.Signals }
}

/** The command line client as a real process, with nothing in its environment that would configure it but `env`. */
export async function runHearth(args: readonly string[], options: HearthOptions = {}): Promise<HearthRun> {
  const child = spawn(process.execPath, [join(root, 'clients/cli/main.ts'), ...args], {
    cwd: options.cwd ?? root,
    env: { PATH: process.env['PATH'], ...options.env },
    timeout: 60_000,
    killSignal: 'SIGKILL',
  })
  const reads: string[] = []
  const errors: string[] = []
  let isSent = false
  const look = (): void => {
    const { signalAt } = options
    if (isSent || signalAt === undefined || ![...reads, ...errors].join('').includes(signalAt.text)) return
    isSent = true
    child.kill(signalAt.signal)
  }
  child.stdout.on('data', (chunk: Buffer) => {
    reads.push(chunk.toString())
    look()
  })
  child.stderr.on('data', (chunk: Buffer) => {
    errors.push(chunk.toString())
    look()
  })
  child.stdin.end(options.stdin ?? '')
  await once(child, 'close')
  return { code: child.exitCode, stdout: reads.join(''), stderr: errors.join(''), reads }
}
