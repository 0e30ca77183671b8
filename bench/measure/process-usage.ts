import { execFileSync } from 'node:child_process'
import { readFile } from 'node:fs/promises'

/** What a process and its descendants have used so far. */
export interface ProcessUsage {
  /** User and system time, seconds. */
  readonly cpuSeconds: number
  /** Its main thread was ready to run and had to wait for its core, seconds: for others, or for threads of its own. */
  readonly waitSeconds: number
  /** Resident memory now, bytes. */
  readonly residentBytes: number
}

/** Ticks of the CPU times in /proc, per second. */
export function readTicksPerSecond(): number {
  return Number(execFileSync('getconf', ['CLK_TCK'], { encoding: 'utf8' }))
}

/** utime and stime of `/proc/<pid>/stat`, in ticks (proc_pid_stat(5), fields 14 and 15). */
export function cpuTicksOf(stat: string): number {
  // The name, field 2, may hold spaces and brackets.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
  return Number(fields[11]) + Number(fields[12])
}

/** VmRSS of `/proc/<pid>/status`, bytes; 0 for a process that has ended. */
export function residentBytesOf(status: string): number {
  return Number(/^VmRSS:\s+(\d+) kB$/m.exec(status)?.[1] ?? 0) * 1024
}

/** Nanoseconds in the run queue, field 2 of `/proc/<pid>/schedstat`; 0 where the kernel does not count them. */
export function waitNanosecondsOf(schedstat: string): number {
  return Number(schedstat.split(' ')[1] ?? 0)
}

/** CPU and memory are sums over the process and all that descend from it. @throws Error (ENOENT) when it has ended. */
export async function readUsage(pid: number, ticksPerSecond: number): Promise<ProcessUsage> {
  const [stat, status, schedstat, children] = await Promise.all([
    readFile(`/proc/${pid}/stat`, 'utf8'),
    readFile(`/proc/${pid}/status`, 'utf8'),
    readFile(`/proc/${pid}/schedstat`, 'utf8').catch(() => ''),
    readFile(`/proc/${pid}/task/${pid}/children`, 'utf8').catch(() => ''),
  ])
  const pids = children.split(' ').filter((text) => text !== '')
  const nested = await Promise.all(pids.map((child) => readUsage(Number(child), ticksPerSecond).catch(() => nothing)))
  return {
    cpuSeconds: cpuTicksOf(stat) / ticksPerSecond + sum(nested.map(({ cpuSeconds }) => cpuSeconds)),
    waitSeconds: waitNanosecondsOf(schedstat) / 1e9,
    residentBytes: residentBytesOf(status) + sum(nested.map(({ residentBytes }) => residentBytes)),
  }
}

const nothing: ProcessUsage = { cpuSeconds: 0, waitSeconds: 0, residentBytes: 0 }
const sum = (numbers: readonly number[]): number => numbers.reduce((total, number) => total + number, 0)
