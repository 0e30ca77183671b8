import type { Language } from '../../app/preferences.ts'

/** "340 ms", "4.2 s", "2 min 5 s" in the language's way of writing. */
export function durationText(ms: number, language: Language): string {
  if (ms < 1000) return inUnit(Math.round(ms), 'millisecond', language)
  if (ms < 60_000) return inUnit(Math.round(ms / 100) / 10, 'second', language)
  const seconds = Math.round(ms / 1000)
  const minutes = inUnit(Math.floor(seconds / 60), 'minute', language)
  return seconds % 60 === 0 ? minutes : `${minutes} ${inUnit(seconds % 60, 'second', language)}`
}

/** "20 MB": powers of 1024, as the limits are. */
export function sizeText(bytes: number, language: Language): string {
  return bytes < 1_048_576
    ? inUnit(Math.round(bytes / 1024), 'kilobyte', language)
    : inUnit(Math.round(bytes / 1_048_576), 'megabyte', language)
}

function inUnit(value: number, unit: string, language: Language): string {
  return new Intl.NumberFormat(language, { style: 'unit', unit, unitDisplay: 'short' }).format(value)
}
