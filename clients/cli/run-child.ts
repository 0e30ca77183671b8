import { spawn } from 'node:child_process'
import { constants } from 'node:os'
import { fileURLToPath } from 'node:url'
import { CliError } from './cli-error.ts'

const forwarded = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const

/**
 * Runs a program of the project in our place: same terminal, same environment, signals passed on.
 * Resolves with its exit code, 128 + number for a death by signal.
 */
export async function runChild(script: string, args: readonly string[]): Promise<number> {
  const path = fileURLToPath(new URL(`../../${script}`, import.meta.url))
  const child = spawn(process.execPath, [path, ...args], { stdio: 'inherit' })
  const handlers = forwarded.map((signal) => {
    // A terminal sends Ctrl-C to all its processes itself; passed on, the child would get it twice.
    const handler = (): void => void (process.stdin.isTTY && signal === 'SIGINT' ? undefined : child.kill(signal))
    process.on(signal, handler)
    return { signal, handler }
  })
  try {
    return await new Promise((resolve, reject) => {
      child.on('error', (error) => reject(new CliError('failed', `${script} cannot be run: ${error.message}`)))
      child.on('exit', (code, signal) => resolve(code ?? 128 + (signal === null ? 0 : constants.signals[signal])))
    })
  } finally {
    for (const { signal, handler } of handlers) process.off(signal, handler)
  }
}
