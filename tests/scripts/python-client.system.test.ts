import { chmodSync, existsSync, readFileSync } from 'node:fs'
import { delimiter, join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { BootstrapProject } from './bootstrap-project.ts'

const requirements = 'tests/clients/python/requirements.txt'

/** A clone whose python3 is a small stand-in: it says a version, and its pip makes one package. */
class PythonProject extends BootstrapProject {
  constructor() {
    super()
    this.write(requirements, 'openai==1 --hash=sha256:aa\n')
      .write('scripts/test.ts', 'console.log(`told ${process.argv.slice(2).join(" ")}.`)\n')
      .write('bin/python3', fakePython)
      .write('bin/chromium', '')
    for (const program of ['python3', 'chromium']) chmodSync(join(this.folder, 'bin', program), 0o755)
  }

  /** Runs `npm test` to its end; what it printed. */
  async test(env: Readonly<Record<string, string>> = {}): Promise<string> {
    const path = [join(this.folder, 'bin'), process.env['PATH']].join(delimiter)
    const running = this.start(['test'], { PATH: path, FAKE_PYTHON_LOG: join(this.folder, 'python-calls'), ...env })
    await running.until(/^told .*\.$/m, 20_000)
    await running.stop()
    return running.output()
  }

  /** What pip was asked to install, in order. */
  installs(): readonly string[] {
    const log = join(this.folder, 'python-calls')
    return existsSync(log) ? readFileSync(log, 'utf8').trim().split('\n') : []
  }

  hasPackages(): boolean {
    return existsSync(join(this.folder, 'node_modules/.hearth-python/openai'))
  }
}

const fakePython = `#!/bin/sh
if [ "$1" = "-c" ]; then echo "\${FAKE_PYTHON_VERSION:-3.11}"; exit "\${FAKE_PYTHON_MISSING:-0}"; fi
echo "$*" >> "$FAKE_PYTHON_LOG"
while [ "$1" != "--target" ]; do shift; done
mkdir -p "$2/openai"
exit "\${FAKE_PIP_CODE:-0}"
`

describe('the official Python client', () => {
  it('is installed by npm test once, and again for other requirements', { timeout: 60_000 }, async () => {
    using project = new PythonProject()
    expect(await project.test()).toContain('Installed the Python client')
    expect(project.hasPackages()).toBe(true)
    expect(project.installs()).toHaveLength(1)
    expect(project.installs()[0]).toContain('--require-hashes')
    expect(await project.test()).not.toContain('pip')
    expect(project.installs()).toHaveLength(1)
    project.write(requirements, 'openai==2 --hash=sha256:bb\n')
    await project.test()
    await project.test({ FAKE_PYTHON_VERSION: '3.12' })
    expect(project.installs()).toHaveLength(3)
  })

  it('is missed without a Python, or when pip fails, and nothing half stays', { timeout: 60_000 }, async () => {
    using project = new PythonProject()
    expect(await project.test({ FAKE_PYTHON_MISSING: '1' })).toMatch(
      /told .*--missing=Python client: There is no python3/,
    )
    expect(await project.test({ FAKE_PIP_CODE: '1' })).toMatch(
      /told .*--missing=Python client: .* pip ended with code 1/,
    )
    expect(project.hasPackages()).toBe(false)
    await project.test()
    expect(project.hasPackages()).toBe(true)
  })
})
