import { execFileSync } from 'node:child_process'
import { hasConsole } from '../../scripts/bootstrap/console.mjs'
import { root } from '../support/house.ts'

/** The tests are about the sources of now, also where vitest is run by hand. */
export function setup(): void {
  if (!hasConsole(root)) execFileSync(process.execPath, ['scripts/build-console.ts'], { cwd: root, stdio: 'inherit' })
}
