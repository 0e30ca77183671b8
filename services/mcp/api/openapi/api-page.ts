import { createHash } from 'node:crypto'
import { isJsonObject, type JsonObject, type JsonValue } from './json-value.ts'
import type { OpenApiDocument, Operation } from './open-api.ts'

const style = `
:root { color-scheme: light dark; font: 16px/1.5 system-ui, sans-serif }
body { max-width: 60rem; margin: 2rem auto; padding: 0 1rem }
details { border-top: 1px solid color-mix(in srgb, currentColor 20%, transparent); padding: .5rem 0 }
summary { cursor: pointer }
code, pre { font-family: ui-monospace, monospace; font-size: .9em }
pre { overflow-x: auto }
.method { display: inline-block; min-width: 4.5rem; font-weight: 600 }
td, th { text-align: left; padding: .1rem 1rem .1rem 0; vertical-align: top }
`

/** The API for people: one file without script, picture or link to elsewhere, and the policy that holds it to that. */
export function apiPage(document: OpenApiDocument): { readonly html: string; readonly contentSecurityPolicy: string } {
  const operations = Object.entries(document.paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => operationHtml(method, path, operation)),
  )
  const html = `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${escapeHtml(document.info.title)}</title>
<style>${style}</style>
</head>
<body>
<h1>${escapeHtml(document.info.title)}</h1>
<p>${proseHtml(document.info.description)}</p>
<p>Machine-readable: <code>GET /api/v1/openapi.json</code> (with a token).</p>
<h2>Routes</h2>
${operations.join('\n')}
<h2>Schemas</h2>
${schemasHtml(document)}
</body>
</html>
`
  const styleHash = createHash('sha256').update(style).digest('base64')
  return {
    html,
    contentSecurityPolicy: `default-src 'none'; style-src 'sha256-${styleHash}'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'`,
  }
}

function operationHtml(method: string, path: string, operation: Operation): string {
  const parameters = operation.parameters.map((parameter) =>
    row([text(parameter['name']), text(parameter['in']), describe(parameter)]),
  )
  const responses = Object.entries(operation.responses).map(([status, response]) =>
    row([status, text(response['description']), schemaNames(response)]),
  )
  const body = operation['requestBody']
  const bodyHtml = isJsonObject(body) ? `<p>Body: ${escapeHtml(schemaNames(body) || 'a merge patch')}</p>` : ''
  return `<details id="${escapeHtml(operation.operationId)}">
<summary><code><span class="method">${escapeHtml(method.toUpperCase())}</span>${escapeHtml(path)}</code> ${escapeHtml(operation.summary)}</summary>
<p>${proseHtml(operation.description)}</p>
${bodyHtml}
<table>${parameters.join('')}${responses.join('')}</table>
</details>`
}

/** The only Markdown of our descriptions: code between backticks. */
const proseHtml = (prose: string): string => escapeHtml(prose).replaceAll(/`([^`]+)`/g, '<code>$1</code>')

function schemasHtml({ components }: OpenApiDocument): string {
  const schemas = isJsonObject(components) ? components['schemas'] : undefined
  if (!isJsonObject(schemas)) return ''
  const blocks = Object.entries(schemas).map(
    ([name, schema]) =>
      `<details id="schema-${escapeHtml(name)}"><summary><code>${escapeHtml(name)}</code></summary><pre>${escapeHtml(JSON.stringify(schema, null, 2))}</pre></details>`,
  )
  return blocks.join('\n')
}

const row = (cells: readonly string[]): string =>
  `<tr>${cells.map((cell) => `<td>${escapeHtml(cell)}</td>`).join('')}</tr>`

const text = (value: JsonValue | undefined): string => (typeof value === 'string' ? value : '')

function describe(parameter: JsonObject): string {
  const schema = parameter['schema']
  return text(parameter['description']) || (isJsonObject(schema) ? text(schema['description']) : '')
}

/** Names of the schemas that the content of a body or answer refers to. */
function schemaNames(holder: JsonObject): string {
  const references = JSON.stringify(holder['content'] ?? {}).matchAll(/#\/components\/schemas\/(\w+)/g)
  return [...new Set([...references].map(([, name]) => name ?? ''))].join(', ')
}

const entities: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
}

const escapeHtml = (value: string): string => value.replace(/[&<>"']/g, (character) => entities[character] ?? '')
