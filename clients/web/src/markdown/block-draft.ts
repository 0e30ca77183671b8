import type { Block, Code, Definitions, Formula, Item, List, Paragraph, Quote, Table } from './block-tree.ts'
import { type Definition, takeDefinitions } from './definitions.ts'
import type { Fence } from './line-rules.ts'

type Draft<Node> = {
  -readonly [Key in keyof Node]: Node[Key] extends readonly (infer Element)[] ? Element[] : Node[Key]
}

/** A block that the next line may still add to, with what has to be known for that. */
export type OpenBlock =
  | { readonly kind: 'root'; readonly node: Draft<{ readonly children: readonly Block[] }> }
  | { readonly kind: 'quote'; readonly node: Draft<Quote> }
  | { readonly kind: 'list'; readonly node: Draft<List>; readonly marker: string }
  | { readonly kind: 'item'; readonly node: Draft<Item>; readonly indent: number }
  | { readonly kind: 'paragraph'; readonly node: Draft<Paragraph> }
  /** `padding`: the empty cells that rows were given because they were short. */
  | { readonly kind: 'table'; readonly node: Draft<Table>; padding: number }
  | { readonly kind: 'fence'; readonly node: Draft<Code>; readonly fence: Fence; readonly indent: number }
  | { readonly kind: 'indented'; readonly node: Draft<Code>; blanks: string }
  | { readonly kind: 'formula'; readonly node: Draft<Formula> }

type Container = Extract<OpenBlock, { readonly node: { readonly children: unknown[] } }>

/** The blocks that are open, each the last child of the one before, and what was found on the way. */
export interface OpenPath {
  readonly open: readonly OpenBlock[]
  readonly definitions: Definitions
  /** The last line was blank; containers behind this one in `open` have it in them. */
  readonly blankFrom: number | undefined
}

export const emptyPath: OpenPath = {
  open: [{ kind: 'root', node: { children: [] } }],
  definitions: new Map(),
  blankFrom: undefined,
}

/** An open path that may be changed, without what it was copied from noticing. Finished blocks are shared. */
export class BlockDraft {
  readonly open: OpenBlock[]
  blankFrom: number | undefined
  readonly #known: Definitions
  /** A copy with those that were found; it is made once, for the first of them. */
  #withFound: Map<string, string> | undefined

  constructor({ open, definitions, blankFrom }: OpenPath) {
    this.open = copyOf(open)
    this.blankFrom = blankFrom
    this.#known = definitions
  }

  get definitions(): Definitions {
    return this.#withFound ?? this.#known
  }

  get blocks(): readonly Block[] {
    const [root] = this.open
    return root?.kind === 'root' ? root.node.children : []
  }

  get tip(): OpenBlock | undefined {
    return this.open.at(-1)
  }

  /** Puts a block into the innermost open container, and leaves it open when it comes with its `OpenBlock`. */
  append(block: Block | Item, open?: OpenBlock): void {
    const parent = this.#parent()
    if (parent === undefined) return
    this.#noteBlank(parent)
    childrenOf(parent).push(block)
    if (open !== undefined) this.open.push(open)
  }

  /** Puts another block in the place of the open one at the tip, or none. */
  replaceTip(...blocks: readonly Block[]): void {
    this.open.pop()
    const parent = this.#parent()
    if (parent !== undefined) childrenOf(parent).splice(-1, 1, ...blocks)
  }

  /** Ends what is open behind `depth`, innermost first. */
  closeTo(depth: number): void {
    while (this.open.length > depth) this.#closeTip()
  }

  #closeTip(): void {
    const tip = this.tip
    if (tip?.kind === 'paragraph') this.#closeParagraph(tip.node)
    else if (tip?.kind === 'formula') this.replaceTip({ type: 'paragraph', source: sourceOf(tip.node) })
    else {
      if (tip?.kind === 'fence' || tip?.kind === 'indented') tip.node.closed = true
      this.open.pop()
    }
  }

  #closeParagraph(paragraph: Draft<Paragraph>): void {
    const { found, rest } = takeDefinitions(paragraph.source.trimEnd())
    if (found.length > 0) this.#define(found)
    if (rest === '') this.replaceTip()
    else {
      paragraph.source = rest
      this.open.pop()
    }
  }

  /** The first definition of a name counts. */
  #define(found: readonly Definition[]): void {
    this.#withFound ??= new Map(this.#known)
    for (const { key, address } of found) if (!this.#withFound.has(key)) this.#withFound.set(key, address)
  }

  #parent(): Container | undefined {
    const parent = this.tip
    return parent !== undefined && isContainer(parent) ? parent : undefined
  }

  /** What comes after a blank line stands apart in a list. */
  #noteBlank(parent: Container): void {
    const index = this.open.length - 1
    if (this.blankFrom === undefined || index <= this.blankFrom || parent.node.children.length === 0) return
    const list = parent.kind === 'item' ? this.open[index - 1] : parent
    if (list?.kind === 'list') list.node.loose = true
  }
}

function isContainer(block: OpenBlock): block is Container {
  return 'children' in block.node
}

/** Only lists hold items and they hold nothing else: the grammar sees to it, the type cannot. */
function childrenOf(container: Container): (Block | Item)[] {
  return container.node.children as (Block | Item)[]
}

function sourceOf({ opener, source }: Formula): string {
  return `${opener}${source === '' || source.startsWith('\n') ? '' : ' '}${source}`
}

function copyOf(open: readonly OpenBlock[]): OpenBlock[] {
  const copies = open.map(copyOfOne)
  for (const [index, copy] of copies.entries()) {
    const parent = copies[index - 1]
    if (parent !== undefined && isContainer(parent) && copy.kind !== 'root') childrenOf(parent).splice(-1, 1, copy.node)
  }
  return copies
}

function copyOfOne(block: OpenBlock): OpenBlock {
  switch (block.kind) {
    case 'root':
      return { ...block, node: { children: [...block.node.children] } }
    case 'quote':
      return { ...block, node: { ...block.node, children: [...block.node.children] } }
    case 'list':
      return { ...block, node: { ...block.node, children: [...block.node.children] } }
    case 'item':
      return { ...block, node: { ...block.node, children: [...block.node.children] } }
    case 'table':
      return { ...block, node: { ...block.node, rows: [...block.node.rows] } }
    case 'paragraph':
      return { ...block, node: { ...block.node } }
    case 'fence':
    case 'indented':
      return { ...block, node: { ...block.node } }
    case 'formula':
      return { ...block, node: { ...block.node } }
  }
}
