import { configSchemaTree } from '../../services/common/config/schema-node.ts'

/** docs/reference/config.schema.json: what editors complete config.yaml by. */
export function configJsonSchema(): string {
  const { $schema, ...schema } = configSchemaTree()
  return `${JSON.stringify({ $schema, title: 'Hearth config.yaml', ...schema }, null, 2)}\n`
}
