import { createInlineParser, type ParseInline } from '../parse-inline.ts'
import type { LoadHighlighter } from './code-highlighter.ts'
import { type CodePiece, sharePieces } from './code-pieces.ts'
import { createElement } from './create-element.ts'
import type { TypesetFormula } from './formula-typesetter.ts'
import { FrameQueue } from './frame-queue.ts'
import type { HighlightRequest, ViewContext } from './view.ts'

/** What all texts of a page share: the frames, and the tools that come when the first text has a use for them. */
export interface PageTools {
  readonly frames: FrameQueue
  readonly parseInline: ParseInline
  readonly typeset: ViewContext['typeset']
  readonly highlight: ViewContext['highlight']
}

export function createPageTools(): PageTools {
  const frames = new FrameQueue({
    requestFrame: (callback) => requestAnimationFrame(callback),
    now: () => performance.now(),
  })
  const loadTypesetter = once(async (): Promise<TypesetFormula> => {
    return (await import('./formula-typesetter.ts')).createFormulaTypesetter()
  })
  const loadHighlighter = once(async (): Promise<LoadHighlighter> => {
    return (await import('./code-highlighter.ts')).createHighlighterLoader()
  })

  const typeset: PageTools['typeset'] = (target, formula) => {
    loadTypesetter().then((typesetFormula) => {
      frames.later(() => {
        const made = target.isConnected ? typesetFormula(formula) : undefined
        if (made === undefined) target.classList.add('source')
        else target.replaceChildren(made)
        return true
      })
    }, ignoreMissing)
  }

  const highlight: PageTools['highlight'] = (request) => {
    if (isTooLong(request)) return
    loadHighlighter()
      .then((load) => load(request.language))
      .then((colour) => {
        if (colour !== undefined) frames.later(colouring(request, colour))
      }, ignoreMissing)
  }

  return { frames, parseInline: createInlineParser(), typeset, highlight }
}

/** A tool that did not load, in a house that is away: texts stay as they are, and the next one asks again. */
function ignoreMissing(): void {}

/** Longer code stays plain: a highlighter reads it in one go, and that would be felt (20 kB of HTML take 50 ms). */
const maxColoured = 20_000
/** Nobody writes longer lines by hand, and expressions of a highlighter go over one again and again. */
const maxLine = 1000

function isTooLong({ text, language }: HighlightRequest): boolean {
  return language === '' || text.length > maxColoured || text.split('\n').some(({ length }) => length > maxLine)
}

/** Reads the code in one frame and colours its parts in as many as it takes. */
function colouring({ text, parts }: HighlightRequest, colour: (text: string) => readonly CodePiece[]) {
  let shares: readonly (readonly CodePiece[])[] | undefined
  let next = 0
  return (): boolean => {
    const [first] = parts
    if (first === undefined || !first.isConnected) return true
    shares ??= sharePieces(
      colour(text),
      parts.map((part) => part.textContent?.length ?? 0),
    )
    parts[next]?.replaceChildren(...(shares[next] ?? []).map(nodeOf))
    next += 1
    return next >= parts.length
  }
}

function nodeOf({ text, colour }: CodePiece): Node {
  return colour === undefined ? document.createTextNode(text) : createElement('span', colour, text)
}

/** Asks until it was given, and then keeps it. */
function once<Value>(load: () => Promise<Value>): () => Promise<Value> {
  let loading: Promise<Value> | undefined
  return () => {
    loading ??= load().catch((error: unknown) => {
      loading = undefined
      throw error
    })
    return loading
  }
}
