import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import type { ProcessCommand } from './process-group.ts'

const checkMs = 5000

/**
 * Runs in new namespaces: every file system is mounted read-only anew, `/tmp` is empty, the working folder alone can be
 * written; then all privileges are given up and the program takes the place of the shell. $0 is the working folder.
 */
const script = [
  'set -e',
  'mount --make-rprivate /',
  'mount --bind "$0" "$0"',
  'own=$(readlink -f "$0")',
  'for at in $(awk \'{ print $2 }\' /proc/self/mounts | sort -r | uniq); do case "$at" in',
  '  "$own"|/proc|/proc/*|/dev|/dev/*|/sys|/sys/*) ;;',
  '  *) mount -o remount,bind,ro "$at" 2>/dev/null || mount -o remount,bind,ro,nosuid,nodev "$at" ;;',
  'esac; done',
  'case "$own" in /tmp|/tmp/*) ;; *) mount -t tmpfs -o size=64m,nosuid,nodev tmpfs /tmp ;; esac',
  'cd "$own"',
  'exec setpriv --no-new-privs --inh-caps=-all --bounding-set=-all -- "$@"',
].join('\n')

const namespaces = [
  '--user',
  '--map-root-user',
  '--mount',
  '--pid',
  '--fork',
  '--kill-child',
  '--mount-proc',
  '--ipc',
  '--uts',
]

/** The same program in namespaces of its own, with a read-only root, without privileges; its network is the house's. */
export const sandboxed = ({ command, args, env, cwd }: ProcessCommand): ProcessCommand => ({
  command: 'unshare',
  args: [...namespaces, '--', '/bin/sh', '-c', script, cwd, command, ...args],
  env,
  cwd,
})

/** Does this machine let us make such namespaces? Undefined: yes; otherwise why not, for people. */
export async function sandboxRefusal(cwd: string): Promise<string | undefined> {
  const { command, args } = sandboxed({ command: 'true', args: [], env: {}, cwd })
  try {
    await promisify(execFile)(command, [...args], { timeout: checkMs, cwd })
    return undefined
  } catch {
    return 'This machine cannot make the namespaces of sandbox: strict (unshare, setpriv and user namespaces are needed); allow them, or set sandbox: none.'
  }
}
