/** The words of the element; `chat` hands in those of the language in use. */
export interface MarkdownLabels {
  /** Of a block of code without a language, and before the language of another. */
  readonly code: string
  readonly copy: string
  readonly copied: string
  readonly table: string
  /** Before the description of a picture that is a link here. */
  readonly picture: string
  readonly taskOpen: string
  readonly taskDone: string
}

export const englishLabels: MarkdownLabels = {
  code: 'Code',
  copy: 'Copy',
  copied: 'Copied',
  table: 'Table',
  picture: 'Picture',
  taskOpen: 'Open',
  taskDone: 'Done',
}
