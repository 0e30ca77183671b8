/**
 * Text of a model as the house takes it: well-formed, without U+0000, and no delta ends inside a character. The first half
 * of a UTF-16 pair is kept back until its second half comes.
 */
export class PortableText {
  #half = ''

  push(text: string): string {
    const whole = this.#half + text
    const isSplit = /[\uD800-\uDBFF]$/.test(whole)
    this.#half = isSplit ? whole.slice(-1) : ''
    return (isSplit ? whole.slice(0, -1) : whole).toWellFormed().replaceAll('\0', '\uFFFD')
  }
}
