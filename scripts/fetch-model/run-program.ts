import { type ChildProcess, spawn } from 'node:child_process'
import type { Readable } from 'node:stream'

interface ProgramOptions {
  readonly signal: AbortSignal
  readonly env?: Readonly<Record<string, string>>
}

const keptCharacters = 2000

/** Runs a program to its end. Rejects with the last line it said on stderr; aborting sends it SIGTERM. */
export async function runProgram(command: string, args: readonly string[], options: ProgramOptions): Promise<void> {
  const child = spawn(command, args, {
    env: { ...process.env, ...options.env },
    stdio: ['ignore', 'ignore', 'pipe'],
    signal: options.signal,
  })
  await programEnd(child, child.stderr, command)
}

/** Resolves when the program ends well and its streams are read. Rejects otherwise, with the last line of `stderr`. */
export function programEnd(child: ChildProcess, stderr: Readable, name: string): Promise<void> {
  let said = ''
  stderr.setEncoding('utf8').on('data', (text: string) => {
    said = (said + text).slice(-keptCharacters)
  })
  const { promise, resolve, reject } = Promise.withResolvers<void>()
  child.on('error', reject)
  child.on('close', (code, signal) => {
    if (code === 0) resolve()
    else reject(new Error(`${name} ended with ${signal ?? `code ${code}`}: ${lastLine(said)}`))
  })
  return promise
}

const lastLine = (text: string): string => text.trim().split('\n').at(-1) ?? ''
