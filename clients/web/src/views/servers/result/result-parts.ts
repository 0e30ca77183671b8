/** A piece of what a tool answered. Untrusted: texts are shown as texts, pictures as pictures, nothing is markup. */
export type ResultPart =
  | { readonly type: 'text'; readonly text: string }
  | { readonly type: 'json'; readonly text: string }
  | { readonly type: 'picture'; readonly mediaType: string; readonly bytes: Uint8Array<ArrayBuffer> }
  /** A resource that was named or brought along, with its text if it has one. */
  | { readonly type: 'resource'; readonly uri: string; readonly text: string | undefined }
  /** Sound, other files, what is unknown: only named. */
  | { readonly type: 'other'; readonly name: string }

export interface ToolResult {
  readonly isError: boolean
  /** The tool asks a person something before it goes on, which a trial cannot answer. */
  readonly isQuestion: boolean
  readonly parts: readonly ResultPart[]
}

const pictureTypes: readonly string[] = ['image/png', 'image/jpeg', 'image/webp', 'image/gif']
const partsAtMost = 100

/** @param answer `CallToolResult` as a server gave it, or in `result` of an answer of the house. */
export function toolResult(answer: unknown): ToolResult {
  const result = isObject(answer) && isObject(answer['result']) ? answer['result'] : answer
  if (!isObject(result)) return { isError: false, isQuestion: false, parts: jsonPart(result) }
  const content = Array.isArray(result['content']) ? result['content'].slice(0, partsAtMost) : []
  const structured = result['structuredContent']
  // Servers repeat structured content as text, for older clients.
  const parts = content.map(partOf).filter((part) => structured === undefined || !repeats(part, structured))
  return {
    isError: result['isError'] === true,
    isQuestion: result['resultType'] === 'input_required' || 'inputRequests' in result,
    parts: [...parts, ...jsonPart(structured)],
  }
}

function partOf(block: unknown): ResultPart {
  if (!isObject(block)) return { type: 'other', name: typeof block }
  const { type } = block
  if (type === 'text' && typeof block['text'] === 'string') return textPart(block['text'])
  if (type === 'image') return picturePart(block)
  if (type === 'resource' && isObject(block['resource'])) return resourcePart(block['resource'])
  if (type === 'resource_link') return resourcePart(block)
  return { type: 'other', name: [type, block['mimeType']].filter((word) => typeof word === 'string').join(', ') }
}

/** A text that is JSON is laid out as such. */
function textPart(text: string): ResultPart {
  if (!/^\s*[[{]/.test(text)) return { type: 'text', text }
  try {
    return { type: 'json', text: JSON.stringify(JSON.parse(text), null, 2) }
  } catch {
    return { type: 'text', text }
  }
}

function picturePart({ mimeType, data }: Loose): ResultPart {
  const bytes = typeof data === 'string' ? decodedBase64(data) : undefined
  if (typeof mimeType !== 'string' || !pictureTypes.includes(mimeType) || bytes === undefined) {
    return { type: 'other', name: `image, ${typeof mimeType === 'string' ? mimeType : '?'}` }
  }
  return { type: 'picture', mediaType: mimeType, bytes }
}

const resourcePart = ({ uri, text }: Loose): ResultPart => ({
  type: 'resource',
  uri: typeof uri === 'string' ? uri : '?',
  text: typeof text === 'string' ? text : undefined,
})

function repeats(part: ResultPart, structured: unknown): boolean {
  return part.type === 'json' && part.text === JSON.stringify(structured, null, 2)
}

const jsonPart = (value: unknown): readonly ResultPart[] =>
  value === undefined ? [] : [{ type: 'json', text: JSON.stringify(value, null, 2) }]

function decodedBase64(text: string): Uint8Array<ArrayBuffer> | undefined {
  try {
    return Uint8Array.from(atob(text), (character) => character.charCodeAt(0))
  } catch {
    return undefined
  }
}

interface Loose {
  readonly [key: string]: unknown
  readonly type?: unknown
  readonly mimeType?: unknown
  readonly data?: unknown
  readonly uri?: unknown
  readonly text?: unknown
}

const isObject = (value: unknown): value is Loose =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
