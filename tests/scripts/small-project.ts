import { execFileSync } from 'node:child_process'
import { cpSync, existsSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join, resolve } from 'node:path'

export const root = resolve(import.meta.dirname, '../..')

/** A folder under the system's temporary one with files of ours in it; removed by `dispose`. */
export class TemporaryProject implements Disposable {
  readonly folder = mkdtempSync(join(tmpdir(), 'hearth-project-'))

  write(path: string, text: string): this {
    const file = join(this.folder, path)
    mkdirSync(dirname(file), { recursive: true })
    writeFileSync(file, text)
    return this
  }

  copy(...paths: readonly string[]): this {
    for (const path of paths) cpSync(join(root, path), join(this.folder, path), { recursive: true })
    return this
  }

  linkPackages(): this {
    symlinkSync(join(root, 'node_modules'), join(this.folder, 'node_modules'))
    return this
  }

  [Symbol.dispose](): void {
    rmSync(this.folder, { recursive: true, force: true })
  }
}

/** Everything that is tracked or about to be, with the packages of this checkout. */
export function copyOfHearth(): TemporaryProject {
  const list = execFileSync('git', ['ls-files', '-co', '--exclude-standard'], { cwd: root, encoding: 'utf8' })
  const files = list.split('\n').filter((path) => path !== '' && existsSync(join(root, path)))
  return new TemporaryProject().copy(...files).linkPackages()
}

/** The smallest tree with all the folders that the gates speak of; every gate passes on it. */
export function smallProject(): TemporaryProject {
  const manifest = {
    name: 'small',
    type: 'module',
    private: true,
    dependencies: { zod: '4' },
    devDependencies: { 'dependency-cruiser': '18', vitest: '5' },
  }
  return new TemporaryProject()
    .copy('tsconfig.json', 'biome.json', 'knip.json', '.dependency-cruiser.mjs', '.gitignore', 'scripts/boundaries.ts')
    .linkPackages()
    .write('package.json', `${JSON.stringify(manifest, null, 2)}\n`)
    .write('services/common/contracts/greeter.ts', contract)
    .write('services/common/part.ts', 'export interface Part {\n  readonly name: string\n}\n')
    .write('clients/web/src/app/load.ts', page)
    .write('clients/web/src/views/settings/settings.ts', "export const settings = 'settings'\n")
    .write('clients/web/src/main.ts', pageMain)
    .write('services/gateway/greet.ts', gateway)
    .write('services/router/route.ts', router)
    .write('services/adapters/demo/adapter.ts', "export const demo = 'demo'\n")
    .write('services/adapters/local/adapter.ts', "export const local = 'local'\n")
    .write('services/adapters/registry.ts', registry)
    .write('proto/gen/wire.ts', "export const wire = 'wire'\n")
    .write('services/router/grpc/wire.ts', "export { wire } from '../../../proto/gen/wire.ts'\n")
    .write('services/main.ts', main)
    .write('clients/cli/main.ts', client)
    .write('tests/greet.test.ts', test)
    .write('bench/run.ts', "console.log('measured')\n")
}

const contract = `import { z } from 'zod'

export const greeting = z.string()

export interface Greeter {
  greet(name: string): Promise<string>
}
`
const gateway = `import type { Greeter } from '../common/contracts/greeter.ts'

export const gateway = (greeter: Greeter): Promise<string> => greeter.greet('gateway')
`
const router = `import { type Greeter, greeting } from '../common/contracts/greeter.ts'

export const router: Greeter = { greet: (name) => Promise.resolve(greeting.parse(name)) }
`
const registry = `import { demo } from './demo/adapter.ts'
import { local } from './local/adapter.ts'

export const adapters = [demo, local]
`
const main = `import { adapters } from './adapters/registry.ts'
import type { Part } from './common/part.ts'
import { gateway } from './gateway/greet.ts'
import { wire } from './router/grpc/wire.ts'
import { router } from './router/route.ts'

const part: Part = { name: 'main' }
console.log(await gateway(router), adapters, wire, part)
`
const client = `import { greeting } from '../../services/common/contracts/greeter.ts'

console.log(greeting.parse('client'))
`
const page = `import type { Greeter } from '../../../../services/common/contracts/greeter.ts'

export const load = (greeter: Greeter): Promise<string> => greeter.greet('page')
`
const pageMain = `import { load } from './app/load.ts'
import { settings } from './views/settings/settings.ts'

console.log(load, settings)
`
const test = `import { expect, it } from 'vitest'
import { router } from '../services/router/route.ts'

it('greets', async () => {
  await expect(router.greet('a')).resolves.toBe('a')
})
`
