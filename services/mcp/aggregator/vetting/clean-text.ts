/** Control characters but tab and line feed; formats (bidirectional, zero width, tags); what is drawn as nothing; halves. */
const hidden = /(?![\t\n])[\p{Cc}\p{Cf}\p{Cs}\p{Default_Ignorable_Code_Point}]/gu
/** Tags and directions: nobody writes these by accident, and text in them is read by models alone. */
const smuggling = /[\u202A-\u202E\u2066-\u2069\u{E0000}-\u{E007F}]/u

/** The text as a person would see it, at most so many characters. */
export function cleanText(text: string, maxLength: number): string {
  const clean = text.replaceAll('\r\n', '\n').replaceAll(hidden, '')
  return clean.length <= maxLength
    ? clean
    : `${clean
        .slice(0, maxLength - 1)
        .toWellFormed()
        .replace(/\uFFFD$/u, '')}…`
}

export const hasHidden = (text: string): boolean => text.search(hidden) >= 0

export const smuggles = (text: string): boolean => smuggling.test(text)
