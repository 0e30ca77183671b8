import { configJsonSchema } from './config-json-schema.ts'
import { configPage } from './config-page.ts'
import { configYaml } from './config-yaml.ts'
import { errorsPage } from './errors-page.ts'
import type { GeneratedFile } from './generated-file.ts'

/** Every generated file but proto/gen (buf writes that). The same source gives the same text, on any machine. */
export function generatedFiles(): readonly GeneratedFile[] {
  return [
    { path: 'config.yaml', text: configYaml() },
    { path: 'docs/reference/config.schema.json', text: configJsonSchema() },
    { path: 'docs/reference/config.md', text: configPage() },
    { path: 'docs/reference/errors.md', text: errorsPage() },
  ]
}
