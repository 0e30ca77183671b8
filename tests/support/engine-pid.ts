import { readdir, readFile } from 'node:fs/promises'

/** The process id of the engine that `parent` started (Linux: read from /proc). */
export async function enginePid(parent: number | undefined): Promise<number> {
  const children = await descendants(parent ?? -1)
  for (const pid of children) {
    const title = await readFile(`/proc/${pid}/cmdline`, 'latin1').catch(() => '')
    if (title.startsWith('hearth-engine')) return pid
  }
  throw new Error(`no hearth-engine among the children of ${parent}`)
}

async function descendants(parent: number): Promise<readonly number[]> {
  const pids = (await readdir('/proc')).filter((name) => /^\d+$/.test(name)).map(Number)
  const parents = new Map(await Promise.all(pids.map(async (pid) => [pid, await parentOf(pid)] as const)))
  const isBelow = (pid: number): boolean => {
    const above = parents.get(pid)
    return above !== undefined && above > 1 && (above === parent || isBelow(above))
  }
  return pids.filter(isBelow)
}

async function parentOf(pid: number): Promise<number | undefined> {
  const stat = await readFile(`/proc/${pid}/stat`, 'latin1').catch(() => '')
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
  return fields[1] === undefined ? undefined : Number(fields[1])
}
