import { execFileSync } from 'node:child_process'
import { availableParallelism, cpus, release, setPriority, totalmem, type } from 'node:os'
import type { Cores } from './measure/measure-subject.ts'
import type { Machine } from './report/bench-run.ts'

/** One core for what is measured, one for the rest; undefined when the machine has one only or no `taskset`. */
export function pickCores(): Cores | undefined {
  return availableParallelism() >= 2 && output('taskset', ['--version']) !== undefined
    ? { subject: 1, harness: 0 }
    : undefined
}

const highPriority = -15

/** Puts this process, and what it starts, before the others of the machine; false when it may not (that needs root). */
export function raisePriority(): boolean {
  try {
    setPriority(highPriority)
    return true
  } catch {
    return false
  }
}

export function describeMachine(cores: Cores | undefined, hasPriority: boolean, root: string): Machine {
  return {
    cpu: cpus()[0]?.model.trim() ?? 'unknown',
    cores: cpus().length,
    memoryBytes: totalmem(),
    system: `${type()} ${release()}`,
    node: process.versions.node,
    commit: commitOf(root),
    pinning: pinningText(cores, hasPriority),
  }
}

function pinningText(cores: Cores | undefined, hasPriority: boolean): string {
  const place =
    cores === undefined
      ? 'No process was bound to a core'
      : `The subject on core ${cores.subject}, upstream and load client on core ${cores.harness}`
  return `${place}; all at ${hasPriority ? `priority ${highPriority}` : 'the usual priority'}`
}

function commitOf(root: string): string {
  const commit = output('git', ['-C', root, 'rev-parse', '--short', 'HEAD'])
  if (commit === undefined) return 'of no commit'
  const changed = output('git', ['-C', root, 'status', '--porcelain', '--', 'services', 'package-lock.json', 'bench'])
  return changed === '' ? commit : `${commit} with changes`
}

function output(command: string, args: readonly string[]): string | undefined {
  try {
    return execFileSync(command, args, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] }).trim()
  } catch {
    return undefined
  }
}
