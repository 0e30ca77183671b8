import { type ChildProcessByStdio, spawn } from 'node:child_process'
import type { Readable, Writable } from 'node:stream'
import { setTimeout as sleep } from 'node:timers/promises'
import { TextTail } from './text-tail.ts'

export interface ProcessCommand {
  readonly command: string
  readonly args: readonly string[]
  readonly env: Readonly<Record<string, string>>
  readonly cwd: string
}

/** How long each step of an end may take, milliseconds. */
const stdinEndMs = 1000
const terminateMs = 2000
const killMs = 2000
const orphansMs = 200
/** The group is looked at so often while it is waited for. */
const lookMs = 20

/** A program and all that it starts: one process group of its own, ended as a whole. */
export class ProcessGroup {
  readonly pid: number
  readonly stdin: Writable
  readonly stdout: Readable
  /** Resolves when the leader is gone, with how. */
  readonly exited: Promise<string>
  readonly #stderr = new TextTail(2000)
  #isLeaderGone = false
  #end: Promise<void> | undefined

  constructor(pid: number, child: ChildProcessByStdio<Writable, Readable, Readable>) {
    this.pid = pid
    this.stdin = child.stdin
    this.stdout = child.stdout
    child.stderr.setEncoding('utf8').on('data', (piece: string) => this.#stderr.push(piece))
    child.stderr.on('error', () => undefined)
    this.exited = new Promise((resolve) => {
      child.once('exit', (code, signal) => {
        this.#isLeaderGone = true
        resolve(signal === null ? `exit code ${code}` : signal)
      })
    })
  }

  /** What it wrote to standard error last. */
  get stderrTail(): string {
    return this.#stderr.toString()
  }

  /**
   * Ends the whole group: its standard input first, then SIGTERM, then SIGKILL, each with its bound; an aborted `atOnce`
   * goes to SIGKILL directly. Resolves when nothing of it is left, or nothing more can be done.
   */
  end(atOnce: AbortSignal): Promise<void> {
    this.#end ??= this.#escalate(atOnce)
    return this.#end
  }

  async #escalate(atOnce: AbortSignal): Promise<void> {
    this.stdin.end()
    if (this.#isLeaderGone || (await this.#isGoneWithin(stdinEndMs, atOnce, () => this.#isLeaderGone))) {
      if (!this.#signal(0)) return
    }
    this.#signal('SIGTERM')
    if (await this.#isGoneWithin(terminateMs, atOnce, () => !this.#signal(0))) return
    this.#signal('SIGKILL')
    const noHurry = new AbortController().signal
    await this.#isGoneWithin(killMs, noHurry, () => this.#isLeaderGone)
    // Dead orphans stay in the group until init looks after them.
    await this.#isGoneWithin(orphansMs, noHurry, () => !this.#signal(0))
  }

  async #isGoneWithin(ms: number, atOnce: AbortSignal, isGone: () => boolean): Promise<boolean> {
    for (const until = performance.now() + ms; performance.now() < until && !atOnce.aborted; ) {
      if (isGone()) return true
      await Promise.race([sleep(lookMs), ...(this.#isLeaderGone ? [] : [this.exited])])
    }
    return isGone()
  }

  /** To everybody in the group; false when nobody is left. */
  #signal(signal: NodeJS.Signals | 0): boolean {
    try {
      return process.kill(-this.pid, signal)
    } catch {
      return false
    }
  }
}

/** Starts a program without a shell. @throws the error of the operating system. */
export function startGroup({ command, args, env, cwd }: ProcessCommand): Promise<ProcessGroup> {
  const child = spawn(command, args, { cwd, env, detached: true, shell: false, stdio: ['pipe', 'pipe', 'pipe'] })
  return new Promise((resolve, reject) => {
    child.once('error', reject)
    child.once('spawn', () => {
      child.off('error', reject)
      child.on('error', () => undefined)
      if (child.pid !== undefined) resolve(new ProcessGroup(child.pid, child))
    })
  })
}
