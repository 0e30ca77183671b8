const tabWidth = 4

/** One line while containers take their share from its start. Tabs of an indentation count as the columns they reach. */
export class LineCursor {
  #verbatim: string
  #text = ''
  #column = 0
  #indent = 0

  constructor(line: string) {
    this.#verbatim = line
    this.#settle()
  }

  /** What is left, with its indentation as spaces. */
  get text(): string {
    return this.#text
  }

  /** What is left as it was written; of a tab that was taken in part, its other columns as spaces. */
  get verbatim(): string {
    return this.#verbatim
  }

  /** Columns of white space in front. */
  get indent(): number {
    return this.#indent
  }

  get isBlank(): boolean {
    return this.#indent === this.#text.length
  }

  advance(columns: number): void {
    let index = 0
    let left = columns
    for (; left > 0 && index < this.#verbatim.length; index += 1) {
      left -= widthOf(this.#verbatim[index], this.#column + columns - left)
    }
    this.#verbatim = ' '.repeat(Math.max(0, -left)) + this.#verbatim.slice(index)
    this.#column += columns
    this.#settle()
  }

  #settle(): void {
    const line = this.#verbatim
    let columns = 0
    let index = 0
    let hasTab = false
    for (; index < line.length; index += 1) {
      const character = line[index]
      if (character !== '\t' && character !== ' ') break
      hasTab ||= character === '\t'
      columns += widthOf(character, this.#column + columns)
    }
    this.#text = hasTab ? ' '.repeat(columns) + line.slice(index) : line
    this.#indent = columns
  }
}

/** Columns that a character takes where it stands. */
const widthOf = (character: string | undefined, column: number): number =>
  character === '\t' ? tabWidth - (column % tabWidth) : 1
