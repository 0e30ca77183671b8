import type { Tool } from '@modelcontextprotocol/client'
import { smuggles } from './clean-text.ts'

/** One rule about what a tool says of itself: the text is suspicious, and a person can see why. */
interface TextRule {
  readonly reason: string
  readonly pattern: RegExp
}

/** Few, and each explains itself. They catch the careless; hashes and approval are what protects. */
const textRules: readonly TextRule[] = [
  {
    reason: 'It sets itself above other instructions.',
    pattern:
      /\b(?:ignore|disregard|forget|override)\b[^.\n]{0,40}\b(?:previous|prior|above|other|earlier|system)\b[^.\n]{0,20}\b(?:instruction|prompt|rule|message|tool)/i,
  },
  {
    reason: 'It holds a block of instructions for the model.',
    pattern: /<\/?(?:important|system|secret|instructions?)>/i,
  },
  {
    reason: 'It tells the model to keep something from the user.',
    pattern:
      /\b(?:do not|don't|never|without)\s+(?:tell|telling|mention|mentioning|inform|informing|show|showing|reveal|revealing|notify|notifying)\b[^.\n]{0,40}\b(?:user|human|person|anyone)\b/i,
  },
  {
    reason: 'It speaks of files that hold secrets.',
    pattern:
      /(?:~|\/root|\/home\/\w+)\/\.(?:ssh|aws|gnupg|config\/gcloud)\b|\bid_(?:rsa|ed25519)\b|\.cursor\/mcp\.json/i,
  },
]

const steering =
  /\b(?:use|using|call|calling|invoke|invoking|run|prefer|instead of|rather than|before|after|whenever)\b/i

/**
 * Why a person should look at the tool before a model does; empty: nothing found. `foreign` says whose tool a name is that
 * is not of the same server.
 */
export function findFlags(tool: Tool, foreign: (name: string) => string | undefined): readonly string[] {
  const texts = textsOf(tool)
  const found = textRules.filter(({ pattern }) => texts.some((text) => pattern.test(text))).map(({ reason }) => reason)
  const shadowed = texts.map((text) => findShadowed(text, foreign)).find((reason) => reason !== undefined)
  return shadowed === undefined ? found : [...found, shadowed]
}

/** Of the tool as it came: text in tags or turned round, which is gone from the cleaned one. */
export const smuggledText = (raw: Tool): string | undefined =>
  textsOf(raw).some(smuggles) ? 'It held text that people cannot see.' : undefined

function findShadowed(text: string, foreign: (name: string) => string | undefined): string | undefined {
  const words = text
    .split(/(?<=[.!?])\s|\n/)
    .filter((sentence) => steering.test(sentence))
    .flatMap((sentence) => sentence.match(/[A-Za-z0-9_-]{4,}/g) ?? [])
  const word = words.find((candidate) => isDistinctive(candidate) && foreign(candidate) !== undefined)
  return word === undefined ? undefined : `It says when to use ${word}, a tool of ${foreign(word)}.`
}

/** An everyday word such as `search` or `fetch` is not yet a name. */
const isDistinctive = (word: string): boolean => /[_-]|[a-z][A-Z]/.test(word)

/** Everything in the tool that a model reads as text. */
function textsOf(tool: Tool): readonly string[] {
  const top = [tool.title, tool.description, tool.annotations?.title].filter((text) => text !== undefined)
  return [...top, ...descriptionsIn(tool.inputSchema), ...descriptionsIn(tool.outputSchema)]
}

function descriptionsIn(value: unknown): readonly string[] {
  if (value === null || typeof value !== 'object') return []
  return Object.entries(value).flatMap(([key, item]: [string, unknown]) =>
    typeof item === 'string' ? (key === 'description' || key === 'title' ? [item] : []) : descriptionsIn(item),
  )
}
