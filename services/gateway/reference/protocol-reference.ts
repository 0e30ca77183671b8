import { binaryKinds } from '../../common/contracts/protocol/binary-frame.ts'
import { closeCodes } from '../../common/contracts/protocol/close-codes.ts'
import { protocolLimits, protocolName } from '../../common/contracts/protocol/limits.ts'
import { isRecord } from '../../common/is-record.ts'
import { gatewayLimits } from '../gateway-limits.ts'
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
    '## Rules',
    ...ruleTexts,
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

const mebibytes = (bytes: number): string => `${bytes / 1_048_576} MiB`

const ruleTexts: readonly string[] = [
  [
    '**Attach.** `response.attached` comes first, without a number, then the events after `starting_after` under theirs.',
    'Pictures up to its `last_sequence_number` are announced without their bytes; final ones are at `GET /v1/blobs/<blob_id>`.',
    'An attach to a run that this session reads already takes the place of the older reading. An attached run uses a lane:',
    '`stream_id`, or the one it was started in. Where events are no longer kept, `response.snapshot` stands for them.',
  ],
  [
    `**Resume.** For ${gatewayLimits.resumeMs / 1000} s after its socket closed, a session goes on by \`session.hello.resume\` with the \`resume_token\` of`,
    'its last `session.created`: same `session_id`, so its lanes go on in order, and `live[]` to attach to. A socket that is',
    'still open is closed with 4409. A wish that is wrong, unknown or of another principal opens a new session.',
  ],
  [
    `**News.** \`conversation.updated\` goes to every session of the owner while there are at most ${gatewayLimits.newsForAll}; beyond that to the newest`,
    `${gatewayLimits.newsListeners} of those whose hello has the feature \`conversations\`. A socket that is behind gets the latest of each conversation`,
    `once it is not, of at most ${gatewayLimits.waitingNews} conversations. News can be lost with a connection: read again after it.`,
  ],
  [
    '**Uploads.** `blob.begin`, binary frames of kind 4 (stream_no 0, each `offset` where the one before ended,',
    'sequence_number not read), `blob.end`; then `input_image.blob_no` in `response.create`. None is answered unless it fails;',
    `an upload that failed is told once. At most ${mebibytes(gatewayLimits.uploadBytes)} each, ${gatewayLimits.uploads} and ${mebibytes(gatewayLimits.uploadsBytes)} together on one connection, until it`,
    'ends or a `blob.begin` has the same number; those that were used give way to new ones. The bytes say the media type.',
    `Frames with at least ${gatewayLimits.uploadFrameBytes} bytes of an announced upload count by their bytes (${mebibytes(gatewayLimits.uploadRate.burst)}, then ${mebibytes(gatewayLimits.uploadRate.perSecond)} a second), others as frames.`,
  ],
].map((lines) => lines.join('\n'))

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

const record = (value: unknown): JsonSchema => (isRecord(value) ? value : {})

const strings = (value: unknown): readonly string[] =>
  Array.isArray(value) ? value.filter((entry) => typeof entry === 'string') : []
