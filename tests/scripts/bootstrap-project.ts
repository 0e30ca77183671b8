import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { type Running, startProgram } from '../support/program.ts'
import { root, TemporaryProject } from './small-project.ts'

const engine = 'services/adapters/local/engine'
const lockfile = '{ "packages": {} }\n'

/** A clone of which only bootstrap is real: npm, the fetch of the model and the service are small stand-ins. */
export class BootstrapProject extends TemporaryProject {
  constructor() {
    super()
    this.copy('scripts/bootstrap.mjs', 'scripts/bootstrap')
      .write('package.json', '{ "type": "module", "engines": { "node": ">=24.18.1" } }\n')
      .write('package-lock.json', lockfile)
      .write(`${engine}/package-lock.json`, lockfile)
      .write('scripts/fetch-model/main.ts', fetchMain)
      .write('services/main.ts', serviceMain)
  }

  start(args: readonly string[], env: Readonly<Record<string, string>> = {}): Running {
    return startProgram(process.execPath, ['scripts/bootstrap.mjs', ...args], {
      cwd: this.folder,
      env: {
        npm_execpath: join(root, 'tests/scripts/fake-npm.cjs'),
        npm_node_execpath: process.execPath,
        FAKE_NPM_LOG: join(this.folder, 'calls'),
        FAKE_NPM_NODE: process.execPath,
        ...env,
      },
    })
  }

  /** What was installed and fetched, in order. */
  calls(): readonly string[] {
    const log = join(this.folder, 'calls')
    const lines = existsSync(log) ? readFileSync(log, 'utf8').trimEnd().split('\n') : []
    return lines.map((line) => line.replace(this.folder, '.'))
  }

  isLocked(): boolean {
    return existsSync(join(this.folder, '.bootstrap.lock'))
  }
}

export const installsPackages = 'ci .'
export const installsEngine = `ci ./${engine}`
export const fetchesModel = 'fetch'

const fetchMain = `import { appendFileSync, writeFileSync } from 'node:fs'
import { writeReceipt } from '../bootstrap/model-receipt.mjs'

appendFileSync(process.env['FAKE_NPM_LOG'] ?? '', 'fetch\\n')
if (process.env['FAKE_FETCH_FAILS'] !== undefined) process.exit(1)
writeFileSync('model', 'GGUF')
writeReceipt(process.cwd(), ['config.yaml'], { path: 'model', bytes: 4 })
`

const serviceMain = `import { createServer } from 'node:http'

const server = createServer().listen(0, '127.0.0.1', () => {
  console.log(\`ready \${process.pid} \${process.argv.slice(2).join(' ')} tether=\${process.env['BOOTSTRAP_TETHER']}\`)
})
for (const signal of ['SIGINT', 'SIGTERM']) {
  process.on(signal, () => {
    console.log(\`service got \${signal}\`)
    // Long enough for a signal that comes twice to be seen twice.
    setTimeout(() => server.close(() => process.exit(Number(process.env['SERVICE_EXIT'] ?? 0))), 200)
  })
}
`
