const tabWidth = 4

/** One line while containers take their share from its start. Tabs of an indentation count as the columns they reach. */
export class LineCursor {
  #text: string
  #column = 0
  #indent = 0

  constructor(line: string) {
    this.#text = line
    this.#settle()
  }

  /** What is left, with its indentation as spaces. */
  get text(): string {
    return this.#text
  }

  /** Columns of white space in front. */
  get indent(): number {
    return this.#indent
  }

  get isBlank(): boolean {
    return this.#indent === this.#text.length
  }

  advance(columns: number): void {
    this.#text = this.#text.slice(columns)
    this.#column += columns
    this.#settle()
  }

  #settle(): void {
    let columns = 0
    let index = 0
    let hasTab = false
    for (; index < this.#text.length; index += 1) {
      const character = this.#text[index]
      if (character === '\t') {
        hasTab = true
        columns += tabWidth - ((this.#column + columns) % tabWidth)
      } else if (character === ' ') columns += 1
      else break
    }
    if (hasTab) this.#text = ' '.repeat(columns) + this.#text.slice(index)
    this.#indent = columns
  }
}
