/** A piece of running text. `raw` is what it was made of: equal `raw` and `type` look the same. */
export type Inline = InlineText | InlineGroup | InlineCode | InlineFormula | InlineLink | InlineBreak

export interface InlineText {
  readonly type: 'text'
  readonly raw: string
  readonly text: string
}

export interface InlineGroup {
  /** `span` is a link to where none may lead: its text is left. */
  readonly type: 'strong' | 'emphasis' | 'struck' | 'span'
  readonly raw: string
  readonly children: readonly Inline[]
}

export interface InlineCode {
  readonly type: 'code'
  readonly raw: string
  readonly text: string
}

export interface InlineFormula {
  readonly type: 'formula'
  readonly raw: string
  readonly source: string
  readonly display: boolean
}

export interface InlineLink {
  readonly type: 'link'
  readonly raw: string
  /** Passed `safeAddress`. */
  readonly address: string
  /** It leads to a picture, which is not loaded: the children are its description. */
  readonly isPicture: boolean
  readonly children: readonly Inline[]
}

export interface InlineBreak {
  readonly type: 'break'
  readonly raw: string
}
