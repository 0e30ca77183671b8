import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { ConfigError } from '../../../services/common/config/config-error.ts'
import { loadConfig } from '../../../services/common/config/load-config.ts'
import type { LoadedConfig } from '../../../services/common/config/loaded-config.ts'

/** A temporary folder with a config file, removed at the end of the block that holds it. */
export class HouseFolder implements Disposable {
  readonly path = mkdtempSync(join(tmpdir(), 'hearth-config-'))

  constructor(yaml?: string, dotenv?: string) {
    if (yaml !== undefined) this.write('config.yaml', yaml)
    if (dotenv !== undefined) this.write('.env', dotenv)
  }

  write(name: string, text: string): void {
    writeFileSync(join(this.path, name), text)
  }

  load(env: Readonly<Record<string, string>> = {}): LoadedConfig {
    return loadConfig({ env, cwd: this.path })
  }

  /** The lines of the error that loading throws. */
  problems(env: Readonly<Record<string, string>> = {}): readonly string[] {
    try {
      this.load(env)
    } catch (error) {
      if (error instanceof ConfigError) return error.message.split('\n')
      throw error
    }
    return []
  }

  [Symbol.dispose](): void {
    rmSync(this.path, { recursive: true, force: true })
  }
}
