import { isJsonObject, type JsonObject, type JsonValue } from '../../services/mcp/api/openapi/json-value.ts'
import type { OpenApiDocument, Operation } from '../../services/mcp/api/openapi/open-api.ts'
import { openApiDocument } from '../../services/mcp/api/route-table.ts'
import { code, generatedNotice, markdownTable } from './markdown.ts'

/** docs/reference/rest.md: every route and every body of /api/v1. */
export function restPage(): string {
  const document = openApiDocument()
  const groups = groupByResource(document)
  return [
    generatedNotice('services/mcp/api'),
    `# REST \`/api/v1\`\n\n${document.info.description.replaceAll(/\. (?=[A-Z])/g, '.\n')}\n`,
    'Machine-readable: [openapi.json](openapi.json), also served at `GET /api/v1/openapi.json`.\n',
    ...[...groups].map(([resource, operations]) => `## ${resource}\n\n${operations.map(operationText).join('\n')}`),
    `## Bodies\n\n${schemasText(document)}`,
  ].join('\n')
}

interface Routed {
  readonly method: string
  readonly path: string
  readonly operation: Operation
}

function groupByResource({ paths }: OpenApiDocument): ReadonlyMap<string, readonly Routed[]> {
  const routed = Object.entries(paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => ({ method: method.toUpperCase(), path, operation })),
  )
  return Map.groupBy(routed, ({ path }) => path.split('/')[1] ?? '')
}

function operationText({ method, path, operation }: Routed): string {
  const parameters = operation.parameters.map((parameter) => [
    code(text(parameter['name'])),
    text(parameter['in']),
    parameter['required'] === true ? 'yes' : 'no',
    text(parameter['description']) || described(parameter['schema']),
  ])
  const responses = Object.entries(operation.responses).map(([status, response]) => [
    status,
    text(response['description']),
    bodyLinks(response),
  ])
  const body = operation['requestBody']
  const request = isJsonObject(body) ? `Body: ${bodyLinks(body) || 'a JSON Merge Patch'}.\n` : ''
  return [
    `### ${method} ${path}\n`,
    `${operation.summary}. ${operation.description}\n`,
    ...(request === '' ? [] : [request]),
    ...(parameters.length === 0 ? [] : [markdownTable(['Parameter', 'In', 'Required', 'Meaning'], parameters)]),
    markdownTable(['Status', 'Meaning', 'Body'], responses),
  ].join('\n')
}

const text = (value: JsonValue | undefined): string => (typeof value === 'string' ? value : '')

const described = (value: JsonValue | undefined): string => (isJsonObject(value) ? text(value['description']) : '')

/** Links to the bodies that something refers to. */
function bodyLinks(value: JsonObject): string {
  const names = JSON.stringify(value).matchAll(/#\/components\/schemas\/(\w+)/g)
  return [...new Set([...names].map(([, name]) => name ?? ''))]
    .map((name) => `[${name}](#${name.toLowerCase()})`)
    .join(', ')
}

function schemasText({ components }: OpenApiDocument): string {
  const schemas = isJsonObject(components) ? components['schemas'] : undefined
  if (!isJsonObject(schemas)) return ''
  return Object.entries(schemas)
    .map(([name, schema]) => `### ${name}\n\n${fieldsText(schema)}`)
    .join('\n')
}

function fieldsText(schema: JsonValue | undefined): string {
  const properties = isJsonObject(schema) ? schema['properties'] : undefined
  if (!isJsonObject(schema) || !isJsonObject(properties)) return `${described(schema)}\n`
  const required = JSON.stringify(schema['required'] ?? [])
  const rows = Object.entries(properties).map(([name, field]) => [
    code(name),
    typeText(field),
    required.includes(JSON.stringify(name)) ? 'yes' : 'no',
    described(field),
  ])
  return markdownTable(['Field', 'Type', 'Required', 'Meaning'], rows)
}

function typeText(field: JsonValue | undefined): string {
  if (!isJsonObject(field)) return 'any'
  const links = bodyLinks(field)
  if (links !== '') return field['type'] === 'array' ? `list of ${links}` : links
  const choices = field['enum']
  if (Array.isArray(choices)) return choices.map((choice) => code(String(choice))).join(', ')
  const variants = field['anyOf']
  if (Array.isArray(variants)) return [...new Set(variants.map(typeText))].join(' or ')
  if (field['type'] === 'array') return `list of ${typeText(field['items'])}`
  return text(field['type']) || 'any'
}
