/** `[name]: address "title"` at the start of a paragraph; titles are read and not used. */
const definition =
  /^[ \t]*\[(?!\^)((?:\\.|[^[\]\\]){1,999})\]:[ \t]*(?:\n[ \t]*)?(<[^<>\n]*>|[^\s<]\S*)(?:(?:[ \t]*\n)?[ \t]*(?<=[ \t\n])(?:"(?:\\.|[^"\\])*"|'(?:\\.|[^'\\])*'|\((?:\\.|[^()\\])*\))(?=[ \t]*(?:\n|$)))?[ \t]*(?:\n|$)/

/** The key under which a reader of Markdown finds a definition: case (as Unicode folds it) and width of spaces do not matter. */
function labelKey(label: string): string {
  return label.trim().replaceAll(/\s+/g, ' ').toLowerCase().toUpperCase().toLowerCase()
}

export interface Definition {
  readonly key: string
  readonly address: string
}

/** Splits a paragraph into the definitions it begins with and the text after them. */
export function takeDefinitions(source: string): { readonly found: readonly Definition[]; readonly rest: string } {
  const found: Definition[] = []
  let rest = source
  for (;;) {
    const match = rest.startsWith('[') || found.length > 0 ? definition.exec(rest) : null
    if (match === null) return { found, rest }
    const [whole, label = '', address = ''] = match
    if (labelKey(label) === '') return { found, rest }
    found.push({ key: labelKey(label), address: addressOf(address) })
    rest = rest.slice(whole.length)
  }
}

function addressOf(written: string): string {
  const address = written.startsWith('<') ? written.slice(1, -1) : written
  return address.replaceAll(/\\([!-/:-@[-`{-~])/g, '$1')
}
