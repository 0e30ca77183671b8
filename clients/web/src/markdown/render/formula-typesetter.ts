import createPurifier, { type WindowLike } from 'dompurify'
import katex from 'katex'
import type { InlineFormula } from '../inline.ts'
import { showControls } from '../show-controls.ts'

export type TypesetFormula = (formula: Pick<InlineFormula, 'source' | 'display'>) => DocumentFragment | undefined

/**
 * Makes MathML of TeX; nothing when it is wrong or too long, then the source stays. KaTeX gives a string: the one place
 * where one is read as markup, cleaned by DOMPurify behind the policy that the Content-Security-Policy names.
 */
export function createFormulaTypesetter(): TypesetFormula {
  const purifier = createPurifier(window)
  const { trustedTypes }: WindowLike = window
  const policy = trustedTypes?.createPolicy('hearth-markdown', {
    // Only DOMPurify holds the policy: what it reads here goes into a document without scripts, to be cleaned there.
    createHTML: (markup) => markup,
    createScript: () => '',
    createScriptURL: () => '',
  })
  return ({ source, display }) => {
    const markup = markupOf(source, display)
    if (markup === undefined) return undefined
    return purifier.sanitize(markup, { ...allowed, TRUSTED_TYPES_POLICY: policy, RETURN_DOM_FRAGMENT: true })
  }
}

const maxLength = 4000

/** Elements of MathML Core and the attributes KaTeX gives them: no address, class, name or style among them. */
const allowed = {
  ALLOWED_TAGS: [
    'math',
    'menclose',
    'merror',
    'mfrac',
    'mi',
    'mn',
    'mo',
    'mover',
    'mpadded',
    'mphantom',
    'mroot',
    'mrow',
    'ms',
    'mspace',
    'msqrt',
    'mstyle',
    'msub',
    'msubsup',
    'msup',
    'mtable',
    'mtd',
    'mtext',
    'mtr',
    'munder',
    'munderover',
    'semantics',
    '#text',
  ],
  ALLOWED_ATTR: [
    'accent',
    'accentunder',
    'columnalign',
    'columnspacing',
    'depth',
    'display',
    'displaystyle',
    'fence',
    'form',
    'height',
    'linethickness',
    'lspace',
    'mathvariant',
    'maxsize',
    'minsize',
    'movablelimits',
    'notation',
    'rowspacing',
    'rspace',
    'scriptlevel',
    'separator',
    'stretchy',
    'symmetric',
    'voffset',
    'width',
  ],
  ALLOW_DATA_ATTR: false,
  ALLOW_ARIA_ATTR: false,
  // The source, which KaTeX adds for programs that read it.
  FORBID_CONTENTS: ['annotation'],
}

function markupOf(source: string, display: boolean): string | undefined {
  if (source.length > maxLength) return undefined
  try {
    const markup = katex.renderToString(source, {
      displayMode: display,
      output: 'mathml',
      throwOnError: true,
      trust: false,
      strict: 'ignore',
      maxSize: 20,
      maxExpand: 400,
    })
    // DOMPurify would drop them too, after the browser has complained about them. In text KaTeX writes `"` as `&quot;`.
    const bare = markup.replaceAll(/ style="[^"]*"/g, '')
    // TeX can name a character by its number.
    return showControls(bare)
  } catch {
    return undefined
  }
}
