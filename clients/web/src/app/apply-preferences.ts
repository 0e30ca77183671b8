import type { PreferenceValues } from './preferences.ts'

/** Theme and hue onto the root element, where tokens.css reads them. */
export function applyPreferences(root: HTMLElement, { theme, accentHue }: PreferenceValues): void {
  if (theme === 'auto') delete root.dataset['theme']
  else root.dataset['theme'] = theme
  root.style.setProperty('--accent-hue', String(accentHue))
  for (const meta of root.ownerDocument.querySelectorAll<HTMLMetaElement>('meta[name="theme-color"]')) {
    meta.content = getComputedStyle(root).backgroundColor
  }
}
