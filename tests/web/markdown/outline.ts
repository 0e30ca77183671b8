import type { Block, Item } from '../../../clients/web/src/markdown/block-tree.ts'

/** Blocks in one line each, so that a test shows what it expects at a glance. */
export function outline(blocks: readonly Block[]): readonly string[] {
  return blocks.map(outlineOf)
}

const lines = (text: string) => text.replaceAll('\n', '⏎')

function outlineOf(block: Block): string {
  switch (block.type) {
    case 'paragraph':
      return `p: ${lines(block.source)}`
    case 'heading':
      return `h${block.level}: ${lines(block.source)}`
    case 'rule':
      return 'hr'
    case 'code':
      return `code ${block.language}: ${lines(block.text)}${block.closed ? '' : '…'}`
    case 'formula':
      return `math: ${lines(block.source)}`
    case 'table':
      return `table ${block.align.join(',')}[${[block.header, ...block.rows].map((row) => row.join('|')).join(' ')}]`
    case 'quote':
      return `quote[${outline(block.children).join(' ')}]`
    case 'list': {
      const name = block.start === undefined ? 'ul' : `ol ${block.start}`
      return `${name}${block.loose ? ' loose' : ''}[${block.children.map(itemOf).join(' ')}]`
    }
  }
}

function itemOf({ task, children }: Item): string {
  return `li${task === undefined ? '' : ` ${task}`}[${outline(children).join(' ')}]`
}
