/** Overrides, embeddings and isolates of the bidirectional algorithm: with them a text reads other than it is. */
const controls = /[\u202a-\u202e\u2066-\u2069]/g

/** Writes characters that turn the direction of a text as their number, so that nothing is shown in another order. */
export function showControls(text: string): string {
  return text.replaceAll(controls, (character) => {
    const number = character.codePointAt(0)?.toString(16).toUpperCase() ?? ''
    return `⟦U+${number}⟧`
  })
}
