/** The order of lists and of canonical text: the same on every machine, whatever its language. For `sort`. */
export const byCodeUnit = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0)
