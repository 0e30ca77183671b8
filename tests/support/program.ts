import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { setTimeout as sleep } from 'node:timers/promises'
import { root } from './house.ts'

export interface Finished {
  readonly code: number | null
  readonly stdout: string
  readonly stderr: string
  /** Reads of standard output, with their time since the start, milliseconds. */
  readonly reads: readonly { readonly atMs: number; readonly text: string }[]
}

export interface ProgramOptions {
  readonly env?: Readonly<Record<string, string>>
  readonly cwd?: string
  readonly timeoutMs?: number
}

/** Runs a program to its end and keeps what it printed, read by read. */
export async function runProgram(
  command: string,
  args: readonly string[],
  options: ProgramOptions = {},
): Promise<Finished> {
  const startedAt = performance.now()
  const child = spawn(command, args, {
    cwd: options.cwd ?? root,
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, ...options.env },
    timeout: options.timeoutMs ?? 120_000,
    killSignal: 'SIGKILL',
  })
  const reads: { atMs: number; text: string }[] = []
  const errors: string[] = []
  child.stdout.on('data', (chunk: Buffer) =>
    reads.push({ atMs: performance.now() - startedAt, text: chunk.toString() }),
  )
  child.stderr.on('data', (chunk: Buffer) => errors.push(chunk.toString()))
  await once(child, 'close')
  return { code: child.exitCode, stdout: reads.map(({ text }) => text).join(''), stderr: errors.join(''), reads }
}

/** A program that goes on running, and what it printed so far. */
export interface Running {
  readonly child: ChildProcess
  output(): string
  /** Resolves when the output matches; rejects when it ends or the time is over. */
  until(pattern: RegExp, timeoutMs: number): Promise<RegExpExecArray>
  stop(): Promise<number | null>
}

export function startProgram(command: string, args: readonly string[], options: ProgramOptions = {}): Running {
  const child = spawn(command, args, {
    cwd: options.cwd ?? root,
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, ...options.env },
  })
  const chunks: string[] = []
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk: Buffer) => chunks.push(chunk.toString()))
  const output = (): string => chunks.join('')
  const hasEnded = (): boolean => child.exitCode !== null || child.signalCode !== null
  return {
    child,
    output,
    until: async (pattern, timeoutMs) => {
      const deadline = Date.now() + timeoutMs
      let match = pattern.exec(output())
      while (match === null) {
        if (hasEnded()) throw new Error(`${command} ended with ${child.exitCode}: ${output()}`)
        if (Date.now() > deadline) throw new Error(`${pattern} did not come in ${timeoutMs} ms: ${output()}`)
        await sleep(10)
        match = pattern.exec(output())
      }
      return match
    },
    stop: async () => {
      if (!hasEnded()) {
        child.kill('SIGTERM')
        await once(child, 'exit')
      }
      return child.exitCode
    },
  }
}
