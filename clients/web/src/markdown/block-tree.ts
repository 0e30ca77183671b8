/** What a text is made of. A block that is finished is the same object in every later tree. */
export type Block = Paragraph | Heading | Rule | Code | Formula | Table | Quote | List

export interface Paragraph {
  readonly type: 'paragraph'
  /** Inline Markdown, lines joined by `\n`. */
  readonly source: string
}

export interface Heading {
  readonly type: 'heading'
  readonly level: 1 | 2 | 3 | 4 | 5 | 6
  readonly source: string
}

export interface Rule {
  readonly type: 'rule'
}

export interface Code {
  readonly type: 'code'
  /** The first word after the fence, as the model wrote it; empty when there is none. */
  readonly language: string
  /** Every line with its `\n`, but for the last one while it is being written. */
  readonly text: string
  /** No line will come any more. */
  readonly closed: boolean
}

export interface Formula {
  readonly type: 'formula'
  /** TeX, without the signs around it. */
  readonly source: string
  readonly opener: '$$' | '\\['
  readonly closed: boolean
}

export type Align = 'start' | 'center' | 'end' | undefined

export interface Table {
  readonly type: 'table'
  readonly align: readonly Align[]
  readonly header: readonly string[]
  /** As many cells in each as the header has, each inline Markdown. */
  readonly rows: readonly (readonly string[])[]
}

export interface Quote {
  readonly type: 'quote'
  readonly children: readonly Block[]
}

export interface List {
  readonly type: 'list'
  /** The number of the first item of an ordered list. */
  readonly start: number | undefined
  /** There is a blank line between items, or inside one: paragraphs stand apart. */
  readonly loose: boolean
  readonly children: readonly Item[]
}

export interface Item {
  readonly type: 'item'
  readonly task: 'open' | 'done' | undefined
  readonly children: readonly Block[]
}

/** Where the `[name]: address` lines of a text lead, by the name as `labelKey` writes it. */
export type Definitions = ReadonlyMap<string, string>
