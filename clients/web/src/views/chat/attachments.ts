import type { PictureFile } from '../../protocol/hearth-client.ts'

/** What the house takes in one question (limits of the gateway), in bytes where not named otherwise. */
export const attachmentLimits = {
  pictures: 8,
  pictureBytes: 20_971_520,
  picturesBytes: 41_943_040,
  /** A question is one frame of 64 KiB; JSON writes some characters as two. */
  textBytes: 57_344,
} as const

const pictureTypes = ['image/png', 'image/jpeg', 'image/webp', 'image/gif'] as const

/** Of a `File`, what decides whether it may be attached. */
export interface FileFacts {
  readonly name: string
  /** As the browser tells it; empty when it does not know. */
  readonly type: string
  readonly size: number
}

export type AttachmentKind =
  | { readonly kind: 'picture'; readonly mediaType: PictureFile['mediaType'] }
  | { readonly kind: 'text' }

export type AttachmentRefusal =
  | { readonly reason: 'type'; readonly name: string }
  | { readonly reason: 'size'; readonly name: string; readonly limitBytes: number }
  | { readonly reason: 'count'; readonly count: number }
  | { readonly reason: 'total'; readonly limitBytes: number }

/** Whether a file may join what is attached already. */
export function judgeFile(
  file: FileFacts,
  attached: readonly { readonly byteLength: number }[],
): AttachmentKind | AttachmentRefusal {
  const mediaType = pictureTypes.find((type) => type === file.type)
  if (mediaType === undefined) return judgeText(file)
  const { pictures, pictureBytes, picturesBytes } = attachmentLimits
  const { name, size } = file
  if (size > pictureBytes) return { reason: 'size', name, limitBytes: pictureBytes }
  if (attached.length >= pictures) return { reason: 'count', count: pictures }
  const total = attached.reduce((sum, { byteLength }) => sum + byteLength, size)
  if (total > picturesBytes) return { reason: 'total', limitBytes: picturesBytes }
  return { kind: 'picture', mediaType }
}

function judgeText({ name, type, size }: FileFacts): AttachmentKind | AttachmentRefusal {
  if (!isText(name, type)) return { reason: 'type', name }
  const { textBytes } = attachmentLimits
  return size > textBytes ? { reason: 'size', name, limitBytes: textBytes } : { kind: 'text' }
}

const textTypes =
  /^text\/|^application\/(?:json|xml|yaml|x-yaml|toml|javascript|x-javascript|typescript|sql|graphql|x-sh|x-ndjson)$|\+(?:json|xml)$/

/** Browsers know few of the types that are plain text. `ts` they take for a film. */
const textEndings = new Set(
  (
    'txt md markdown csv tsv log json jsonl ndjson yaml yml toml ini conf cfg env xml html css scss js mjs cjs jsx ts mts cts tsx ' +
    'py rb php java kt kts c h cc cpp hpp cs go rs swift sh bash zsh fish ps1 bat sql graphql proto lua pl r jl dart vue svelte tex ' +
    'diff patch dockerfile makefile gitignore service properties gradle tf nix'
  ).split(' '),
)

function isText(name: string, type: string): boolean {
  return textTypes.test(type) || textEndings.has(endingOf(name))
}

/** Of a name without a dot, the name: Makefile, Dockerfile. */
function endingOf(name: string): string {
  return name.slice(name.lastIndexOf('.') + 1).toLowerCase()
}

/**
 * A text file as part of a question: its name, and its content in a fence that nothing in it closes. Undefined when it is
 * no text after all.
 */
export function fencedFile(name: string, bytes: Uint8Array): string | undefined {
  const text = decode(bytes)?.replaceAll('\r\n', '\n').replace(/\n$/, '')
  if (text === undefined || text.includes('\u0000')) return undefined
  const longest = Math.max(2, ...[...text.matchAll(/`{3,}/g)].map(([run]) => run.length))
  const fence = '`'.repeat(longest + 1)
  return `${name}\n${fence}${languageOf(name)}\n${text}\n${fence}`
}

function languageOf(name: string): string {
  return name.includes('.') ? endingOf(name).replaceAll(/[^a-z0-9]/g, '') : ''
}

function decode(bytes: Uint8Array): string | undefined {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes)
  } catch {
    return undefined
  }
}

/** Whether a question fits into one frame. */
export const isTooLong = (text: string): boolean =>
  new TextEncoder().encode(JSON.stringify(text)).byteLength > attachmentLimits.textBytes
