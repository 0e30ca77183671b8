import { spawn } from 'node:child_process'

export interface ProgramOptions {
  readonly signal: AbortSignal
  readonly env?: Readonly<Record<string, string>>
}

const keptCharacters = 2000

/** Runs a program to its end. Rejects with the tail of what it said on stderr; aborting sends it SIGTERM. */
export async function runProgram(command: string, args: readonly string[], options: ProgramOptions): Promise<void> {
  const child = spawn(command, args, {
    env: { ...process.env, ...options.env },
    stdio: ['ignore', 'ignore', 'pipe'],
    signal: options.signal,
  })
  let said = ''
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    said = (said + text).slice(-keptCharacters)
  })
  const { promise, resolve, reject } = Promise.withResolvers<void>()
  child.on('error', reject)
  child.on('close', (code, signal) => {
    if (code === 0) resolve()
    else reject(new Error(`${command} ended with ${signal ?? `code ${code}`}: ${lastLine(said)}`))
  })
  return promise
}

const lastLine = (text: string): string => text.trim().split('\n').at(-1) ?? ''
