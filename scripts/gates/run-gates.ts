import { spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { z } from 'zod'
import type { Gate } from './static-gates.ts'

export type GateResult =
  | { readonly status: 'passed' | 'failed'; readonly output: string }
  | { readonly status: 'skipped'; readonly output: string }

/** Most gates use one core; more at once only slow each other down. */
const atOnce = 2

/**
 * Runs the gates and says one line of each as it ends, with what a failed one printed.
 * Where `isComplete` (CI), a gate that cannot run is a failed one. Resolves with how many failed.
 */
export async function runGates(gates: readonly Gate[], isComplete: boolean, signal: AbortSignal): Promise<number> {
  const { scripts } = packageFile.parse(JSON.parse(await readFile('package.json', 'utf8')))
  const waiting = [...gates]
  let failed = 0
  const work = async (): Promise<void> => {
    for (let gate = waiting.shift(); gate !== undefined; gate = waiting.shift()) {
      const startedAt = performance.now()
      const result = await runGate(gate, scripts, isComplete, signal)
      if (result.status === 'failed') failed += 1
      say(gate, result, performance.now() - startedAt)
    }
  }
  await Promise.all(Array.from({ length: atOnce }, work))
  return failed
}

const packageFile = z.object({ scripts: z.record(z.string(), z.string()) })

async function runGate(
  { script, needs }: Gate,
  scripts: Readonly<Record<string, string>>,
  isComplete: boolean,
  signal: AbortSignal,
): Promise<GateResult> {
  if (needs !== undefined && !existsSync(needs.path)) {
    return { status: isComplete ? 'failed' : 'skipped', output: needs.hint }
  }
  const command = scripts[script]
  if (command === undefined) return { status: 'failed', output: `package.json has no script ${script}` }
  return runCommand(command, signal)
}

function runCommand(command: string, signal: AbortSignal): Promise<GateResult> {
  const { promise, resolve } = Promise.withResolvers<GateResult>()
  const child = spawn(command, { shell: true, stdio: ['ignore', 'pipe', 'pipe'], signal })
  const said: string[] = []
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (text: string) => said.push(text))
  }
  child.on('error', (error) => resolve({ status: 'failed', output: error.message }))
  child.on('close', (code) => resolve({ status: code === 0 ? 'passed' : 'failed', output: said.join('') }))
  return promise
}

function say({ script, says }: Gate, { status, output }: GateResult, tookMs: number): void {
  const seconds = `${(tookMs / 1000).toFixed(1)} s`.padStart(7)
  console.log(`${status.padEnd(7)} ${seconds}  ${script}: ${says}${status === 'skipped' ? ` (${output})` : ''}`)
  if (status === 'failed') console.log(output)
}
