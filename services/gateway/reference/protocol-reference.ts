import { binaryKinds } from '../../common/contracts/protocol/binary-frame.ts'
import { closeCodes } from '../../common/contracts/protocol/close-codes.ts'
import { protocolLimits, protocolName } from '../../common/contracts/protocol/limits.ts'
import { type JsonSchema, type MessageEntry, messageCatalog } from './message-catalog.ts'

/** The WebSocket as a Markdown page, made from the same schemas as the AsyncAPI document. */
export function protocolReference(): string {
  const messages = messageCatalog()
  return `${[
    `# WebSocket \`/v1/ws\`, subprotocol \`${protocolName}\``,
    'Generated from the schemas in `services/common/contracts/protocol`. Machine-readable: `asyncapi.json`.',
    ...section('Client to server', messages, 'client'),
    ...section('Server to client', messages, 'server'),
    '## Binary frames',
    binaryText,
    '## Close codes',
    table(
      ['code', 'meaning', 'reconnect'],
      Object.values(closeCodes).map(({ code, meaning, reconnect }) => [
        String(code),
        meaning,
        reconnect ? 'yes' : 'no',
      ]),
    ),
    '## Limits',
    table(
      ['limit', 'value'],
      Object.entries(protocolLimits).map(([name, value]) => [name, String(value)]),
    ),
  ].join('\n\n')}\n`
}

const binaryText = [
  'A header of 20 bytes, big-endian (Python `struct` `>4B4I`), then at most 64 KiB of the blob:',
  'version (1) · kind · flags (1 last chunk, 2 replayed) · reserved (0) · stream_no · blob_no · sequence_number · offset.',
  `Kinds: ${Object.entries(binaryKinds)
    .map(([name, kind]) => `${kind} ${name}`)
    .join(', ')}.`,
].join('\n')

function section(title: string, messages: readonly MessageEntry[], from: MessageEntry['from']): readonly string[] {
  return [`## ${title}`, ...messages.filter((entry) => entry.from === from).flatMap(describe)]
}

function describe({ type, description, schema, isPlanned }: MessageEntry): readonly string[] {
  const required = new Set(strings(schema['required']))
  const rows = Object.entries(record(schema['properties']))
    .filter(([name]) => name !== 'type')
    .map(([name, field]) => [
      `\`${name}\`${required.has(name) ? '' : '?'}`,
      typeText(record(field)),
      said(record(field)),
    ])
  const heading = [`### \`${type}\``, `${description}.${isPlanned ? ' *Not served yet.*' : ''}`]
  return rows.length === 0 ? heading : [...heading, table(['field', 'type', 'meaning'], rows)]
}

const said = (schema: JsonSchema): string => String(schema['description'] ?? '')

/** A short name of a schema: `text | array of object`. */
function typeText(schema: JsonSchema): string {
  const branches = [schema['anyOf'], schema['oneOf']].find(Array.isArray)
  if (branches !== undefined) return [...new Set(branches.map((branch) => typeText(record(branch))))].join(' or ')
  if (Array.isArray(schema['enum'])) return schema['enum'].map((value) => `\`${value}\``).join(', ')
  if (schema['const'] !== undefined) return `\`${schema['const']}\``
  if (schema['type'] === 'array') return `array of ${typeText(record(schema['items']))}`
  return String(schema['type'] ?? 'any')
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]): string =>
    `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`
  return [line(head), line(head.map(() => '---')), ...rows.map(line)].join('\n')
}

const record = (value: unknown): JsonSchema =>
  typeof value === 'object' && value !== null && !Array.isArray(value) ? Object.fromEntries(Object.entries(value)) : {}

const strings = (value: unknown): readonly string[] =>
  Array.isArray(value) ? value.filter((entry) => typeof entry === 'string') : []
