import { asyncApiDocument } from '../../services/gateway/reference/async-api.ts'
import { protocolReference } from '../../services/gateway/reference/protocol-reference.ts'
import { openApiDocument } from '../../services/mcp/api/route-table.ts'
import { configJsonSchema } from './config-json-schema.ts'
import { configPage } from './config-page.ts'
import { configYaml } from './config-yaml.ts'
import { errorsPage } from './errors-page.ts'
import type { GeneratedFile } from './generated-file.ts'
import { generatedNotice } from './markdown.ts'
import { restPage } from './rest-page.ts'

/** Of the subprotocol hearth.v1; grows only with what clients may ignore. */
const protocolVersion = 'v1'

const json = (document: object): string => `${JSON.stringify(document, null, 2)}\n`

const websocketPage = (): string => `${generatedNotice('services/common/contracts/protocol')}${protocolReference()}`

/** Every generated file but proto/gen (buf writes that). The same source gives the same text, on any machine. */
export function generatedFiles(): readonly GeneratedFile[] {
  return [
    { path: 'config.yaml', text: configYaml() },
    { path: 'docs/reference/config.schema.json', text: configJsonSchema() },
    { path: 'docs/reference/config.md', text: configPage() },
    { path: 'docs/reference/errors.md', text: errorsPage() },
    { path: 'docs/reference/openapi.json', text: json(openApiDocument()) },
    { path: 'docs/reference/rest.md', text: restPage() },
    { path: 'docs/reference/asyncapi.json', text: json(asyncApiDocument(protocolVersion)) },
    { path: 'docs/reference/websocket.md', text: websocketPage() },
  ]
}
