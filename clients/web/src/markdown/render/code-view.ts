import { Copy } from 'lucide'
import { icon } from '../../app/icon.ts'
import type { Code } from '../block-tree.ts'
import { copyText } from './copy-text.ts'
import { createElement } from './create-element.ts'
import type { BlockView, ViewContext } from './view.ts'

/** So many lines share a box: the browser lays out the box that grows and none of those before it. */
const linesPerPart = 64

/** A block of code with its language and a button that copies it. */
export class CodeView implements BlockView<Code> {
  readonly element: HTMLElement
  readonly #context: ViewContext
  readonly #language = createElement('span', 'language')
  readonly #code = createElement('code')
  readonly #parts: HTMLElement[] = []
  /** The text of the last part. */
  #tail = document.createTextNode('')
  #linesInPart = linesPerPart
  #text = ''
  #isColoured = false

  constructor(context: ViewContext) {
    this.#context = context
    const box = createElement('pre', '', this.#code)
    box.tabIndex = 0
    this.element = createElement('div', 'code', createElement('div', 'bar', this.#language, this.#createCopy()), box)
    this.element.role = 'group'
  }

  show({ language, text, closed }: Code): boolean {
    this.#name(language)
    if (!text.startsWith(this.#text)) this.#clear()
    this.#grow(text.slice(this.#text.length))
    this.#text = text
    if (closed && !this.#isColoured) {
      this.#isColoured = true
      this.#context.highlight({ language, text, parts: this.#parts })
    }
    return true
  }

  #name(language: string): void {
    const { code } = this.#context.labels
    if (this.#language.textContent === (language || code)) return
    this.#language.textContent = language || code
    this.element.ariaLabel = language === '' ? code : `${code}: ${language}`
  }

  #clear(): void {
    this.#code.replaceChildren()
    this.#parts.length = 0
    this.#linesInPart = linesPerPart
    this.#text = ''
    this.#isColoured = false
  }

  #grow(more: string): void {
    let rest = more
    while (rest !== '') {
      if (this.#linesInPart === linesPerPart) this.#startPart()
      const { end, lines } = takeLines(rest, linesPerPart - this.#linesInPart)
      this.#tail.appendData(rest.slice(0, end))
      this.#linesInPart += lines
      rest = rest.slice(end)
    }
  }

  #startPart(): void {
    this.#parts.at(-1)?.classList.add('whole')
    this.#tail = document.createTextNode('')
    const part = createElement('span', 'lines', this.#tail)
    this.#parts.push(part)
    this.#code.append(part)
    this.#linesInPart = 0
  }

  #createCopy(): HTMLElement {
    const { copy, copied } = this.#context.labels
    const word = createElement('span', '', copy)
    const button = createElement('button', 'copy', icon(Copy), word)
    button.type = 'button'
    button.addEventListener('click', () => {
      copyText(this.#text, button)
        .then((isDone) => {
          if (isDone) word.textContent = copied
          button.classList.toggle('copied', isDone)
        })
        .catch(() => undefined)
    })
    // How long the thanks stay is said in the styles, and no timer is left behind.
    button.addEventListener('animationend', () => {
      button.classList.remove('copied')
      word.textContent = copy
    })
    return button
  }
}

/** Where `count` lines of a text end, and how many there are when it has fewer. */
function takeLines(text: string, count: number): { readonly end: number; readonly lines: number } {
  let end = 0
  for (let lines = 0; lines < count; lines += 1) {
    const next = text.indexOf('\n', end)
    if (next === -1) return { end: text.length, lines }
    end = next + 1
  }
  return { end, lines: count }
}
