import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'

/** A role in a process of its own. */
export interface ChildRole {
  readonly port: number
  /** SIGTERM; resolves with the exit code. */
  readonly stop: () => Promise<number | null>
  /** SIGKILL; resolves when it is gone. */
  readonly kill: () => Promise<void>
}

/** Starts a script of this folder that prints the port it serves as its first line. */
export async function startRole(script: string, args: readonly string[]): Promise<ChildRole> {
  const path = fileURLToPath(new URL(script, import.meta.url))
  const child = spawn(process.execPath, [path, ...args], { stdio: ['ignore', 'pipe', 'inherit'] })
  const [line]: Buffer[] = await once(child.stdout, 'data')
  return {
    port: Number(line?.toString()),
    stop: async () => {
      await end(child, 'SIGTERM')
      return child.exitCode
    },
    kill: () => end(child, 'SIGKILL'),
  }
}

async function end(child: ChildProcess, signal: NodeJS.Signals): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return
  const exited = once(child, 'exit')
  child.kill(signal)
  await exited
}
