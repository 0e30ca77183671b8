import type { Language } from '../../app/preferences.ts'

/** Milliseconds as a reader says them: `12 ms`, `1.4 s`. */
export function durationText(ms: number, language: Language): string {
  const inSeconds = ms >= 1000
  return new Intl.NumberFormat(language, {
    style: 'unit',
    unit: inSeconds ? 'second' : 'millisecond',
    maximumFractionDigits: inSeconds ? 1 : 0,
  }).format(inSeconds ? ms / 1000 : ms)
}

/** Bytes in megabytes of 10⁶. */
export function memoryText(bytes: number, language: Language): string {
  return new Intl.NumberFormat(language, { style: 'unit', unit: 'megabyte', maximumFractionDigits: 0 }).format(
    bytes / 1_000_000,
  )
}

/** @param at epoch milliseconds. */
export function timeText(at: number, language: Language): string {
  return new Intl.DateTimeFormat(language, { dateStyle: 'short', timeStyle: 'medium' }).format(at)
}
