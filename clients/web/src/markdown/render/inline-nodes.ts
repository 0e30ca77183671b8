import type { Inline, InlineLink } from '../inline.ts'
import { createElement } from './create-element.ts'
import type { ViewContext } from './view.ts'

const groups = { strong: 'strong', emphasis: 'em', struck: 'del', span: 'span' } as const

/** Builds the nodes of a piece of text. Text becomes text nodes; no string is ever read as markup. */
export function nodeOf(inline: Inline, context: ViewContext): Node {
  switch (inline.type) {
    case 'text':
      return document.createTextNode(inline.text)
    case 'break':
      return createElement('br')
    case 'code':
      return createElement('code', 'inline', inline.text)
    case 'formula': {
      const target = createElement('span', inline.display ? 'formula display' : 'formula', inline.raw)
      context.typeset(target, inline)
      return target
    }
    case 'link':
      return linkOf(inline, context)
    case 'strong':
    case 'emphasis':
    case 'struck':
    case 'span':
      return createElement(groups[inline.type], '', ...inline.children.map((child) => nodeOf(child, context)))
  }
}

/** A picture is never loaded from where the model says: that would tell a stranger who reads what, and when. */
function linkOf({ address, isPicture, children }: InlineLink, context: ViewContext): HTMLElement {
  const link = createElement('a', isPicture ? 'picture' : '')
  link.href = address
  link.target = '_blank'
  link.rel = 'noopener noreferrer nofollow'
  if (isPicture) link.append(createElement('span', 'kind', context.labels.picture), ' ')
  link.append(...children.map((child) => nodeOf(child, context)))
  if (link.textContent?.trim() === '' || (isPicture && children.every(isEmptyText))) link.append(address)
  return link
}

function isEmptyText(inline: Inline): boolean {
  return inline.type === 'text' && inline.text.trim() === ''
}
