/** Keeps back the first half of a UTF-16 pair until its second half comes: no delta ever ends inside a character. */
export class SurrogateJoiner {
  #half = ''

  push(text: string): string {
    const whole = this.#half + text
    const isSplit = /[\uD800-\uDBFF]$/.test(whole)
    this.#half = isSplit ? whole.slice(-1) : ''
    return (isSplit ? whole.slice(0, -1) : whole).toWellFormed()
  }
}
