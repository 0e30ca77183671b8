import type { IconNode } from 'lucide'

const namespace = 'http://www.w3.org/2000/svg'

const strokes = {
  viewBox: '0 0 24 24',
  fill: 'none',
  stroke: 'currentColor',
  'stroke-width': '1.75',
  'stroke-linecap': 'round',
  'stroke-linejoin': 'round',
  'aria-hidden': 'true',
  focusable: 'false',
  class: 'icon',
} as const

/**
 * A Lucide icon as an element, decoration only: the control around it has the name. `controlStyles` gives it its 20 px.
 * A template may hold it as a value: Lit puts nodes in as they are.
 */
export function icon(node: IconNode): SVGElement {
  const svg = svgElement('svg', strokes)
  svg.append(...node.map(([tag, attributes]) => svgElement(tag, attributes)))
  return svg
}

function svgElement(tag: string, attributes: Readonly<Record<string, string | number | undefined>>): SVGElement {
  const element = document.createElementNS(namespace, tag)
  for (const [name, value] of Object.entries(attributes)) {
    if (value !== undefined && name !== 'key') element.setAttribute(name, String(value))
  }
  return element
}
