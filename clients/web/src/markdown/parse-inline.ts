import { Lexer, type Links, Marked, type Token, type TokenizerThis } from 'marked'
import type { Definitions } from './block-tree.ts'
import { decodeReferences } from './character-references.ts'
import type { Inline } from './inline.ts'
import { inlineFormulaAt, nextFormula } from './inline-formula.ts'
import { safeAddress } from './safe-address.ts'

/** Emphasis inside emphasis; deeper marks stay as they are written. */
const maxDepth = 12

export type ParseInline = (source: string, definitions: Definitions) => readonly Inline[]

/** A reader of running text. What it cannot read within its limits is text as it is written. */
export function createInlineParser(): ParseInline {
  const marked = new Marked({ gfm: true, breaks: true })
  marked.use({
    extensions: [{ name: 'formula', level: 'inline', start: nextFormula, tokenizer: readFormula }],
    hooks: { emStrongMask: maskFormulas },
  })
  const linksOf = rememberLast(asLinks)
  return (source, definitions) => {
    if (isLittered(source)) return [plain(source)]
    try {
      const lexer = new Lexer(marked.defaults)
      lexer.tokens.links = linksOf(definitions)
      return inlinesOf(lexer.inlineTokens(source), { depth: 0, inLink: false })
    } catch {
      return [plain(source)]
    }
  }
}

function asLinks(definitions: Definitions): Links {
  const links: Links = Object.create(null)
  for (const [key, href] of definitions) links[key] = { href }
  return links
}

/** One set of definitions serves all paragraphs until another definition comes. */
function rememberLast<Key, Value>(make: (key: Key) => Value): (key: Key) => Value {
  let last: { readonly key: Key; readonly value: Value } | undefined
  return (key) => {
    if (last?.key !== key) last = { key, value: make(key) }
    return last.value
  }
}

const signs = /[[\]()*_~`<!$\\&]/g

/** More signs than a text has use for: reading them all could take long, and means nothing. */
function isLittered(source: string): boolean {
  if (source.length < 256) return false
  return source.length - source.replaceAll(signs, '').length > Math.max(400, source.length / 3)
}

function plain(source: string): Inline {
  return { type: 'text', raw: source, text: source }
}

function readFormula(this: TokenizerThis, text: string, tokens: readonly Token[]) {
  const found = inlineFormulaAt(text, tokens.at(-1)?.raw.at(-1) ?? '')
  return found && { type: 'formula', ...found }
}

/** `*` and `_` of a formula are no emphasis; a mask has to be as long as what it hides. */
function maskFormulas(text: string): string {
  let masked = ''
  let rest = text
  for (;;) {
    const start = nextFormula(rest)
    if (start === -1) return masked + rest
    const found = inlineFormulaAt(rest.slice(start), rest[start - 1] ?? masked.at(-1) ?? '')
    const end = start + (found?.raw.length ?? 1)
    masked += rest.slice(0, start) + (found === undefined ? rest.slice(start, end) : 'a'.repeat(found.raw.length))
    rest = rest.slice(end)
  }
}

interface Surroundings {
  readonly depth: number
  readonly inLink: boolean
}

function inlinesOf(tokens: readonly Token[], around: Surroundings): readonly Inline[] {
  return tokens.map((token) => inlineOf(token, around))
}

function inlineOf(token: Token, around: Surroundings): Inline {
  const { raw } = token
  switch (token.type) {
    case 'escape':
      return { type: 'text', raw, text: raw.slice(1) }
    case 'codespan':
      return { type: 'code', raw, text: String(token['text']) }
    case 'br':
      return { type: 'break', raw }
    case 'html':
      return /^<br[ \t]*\/?>$/i.test(raw) ? { type: 'break', raw } : plain(raw)
    case 'formula':
      return { type: 'formula', raw, source: String(token['source']), display: token['display'] === true }
    case 'strong':
      return groupOf('strong', token, around)
    case 'em':
      return groupOf('emphasis', token, around)
    case 'del':
      return groupOf('struck', token, around)
    case 'link':
    case 'image':
      return linkOf(token, around)
    default:
      return { type: 'text', raw, text: decodeReferences(raw) }
  }
}

function groupOf(type: 'strong' | 'emphasis' | 'struck', token: Token, around: Surroundings): Inline {
  const { raw } = token
  if (around.depth >= maxDepth) return plain(raw)
  return { type, raw, children: inlinesOf(childrenOf(token), { ...around, depth: around.depth + 1 }) }
}

function childrenOf(token: Token): readonly Token[] {
  return ('tokens' in token ? token.tokens : undefined) ?? []
}

/** A link to where none may lead is its text. */
function linkOf(token: Token, around: Surroundings): Inline {
  const { raw, type } = token
  const written = 'href' in token ? String(token.href) : ''
  const address = safeAddress('autolink' in token && token.autolink === true ? written : decodeReferences(written))
  const isPicture = type === 'image'
  const depth = around.depth + 1
  const children = isPicture
    ? [plain(decodeReferences('text' in token ? String(token.text) : ''))]
    : inlinesOf(childrenOf(token), { depth, inLink: true })
  if (address === undefined || around.inLink || around.depth >= maxDepth) return { type: 'span', raw, children }
  return { type: 'link', raw, address, isPicture, children }
}
