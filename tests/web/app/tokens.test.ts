import { readFile } from 'node:fs/promises'
import { describe, expect, it } from 'vitest'

const css = await readFile(new URL('../../../clients/web/src/tokens.css', import.meta.url), 'utf8')
const hues = Array.from({ length: 36 }, (_, index) => index * 10)

describe('tokens', () => {
  it('measures as others do: black on white is 21, and a known grey 4.54', () => {
    expect(contrast(luminance('oklch(0% 0 0)', 0), luminance('oklch(100% 0 0)', 0))).toBeCloseTo(21, 1)
    // #767676, the lightest grey that passes on white
    expect(contrast(luminance('oklch(56.5% 0 0)', 0), 1)).toBeCloseTo(4.54, 1)
  })

  it('every text can be read on every ground it stands on, light and dark, at every accent hue', () => {
    const grounds = ['background', 'surface', 'sunken', 'hover', 'accent-soft']
    const inks = ['text', 'muted', 'accent']
    const pairs = [
      ...inks.flatMap((ink) => grounds.map((ground) => [ink, ground] as const)),
      ...['danger', 'warn', 'ok'].flatMap((ink) =>
        [...grounds.slice(0, 3), `${ink}-soft`].map((ground) => [ink, ground] as const),
      ),
      ...['danger-soft', 'warn-soft', 'ok-soft', 'mark'].map((ground) => ['text', ground] as const),
      ...['keyword', 'string', 'number', 'title', 'comment'].map((name) => [`syntax-${name}`, 'sunken'] as const),
      ...['accent-fill', 'accent-fill-hover', 'danger-fill'].map((ground) => ['on-accent', ground] as const),
    ]
    expect(tooFaint(pairs, 4.5)).toEqual([])
  })

  it('the edge of a control and the ring of the focus can be seen', () => {
    const pairs = ['line-strong', 'focus'].flatMap((line) =>
      ['background', 'surface', 'sunken'].map((ground) => [line, ground] as const),
    )
    expect(tooFaint(pairs, 3)).toEqual([])
  })
})

function tooFaint(pairs: readonly (readonly [string, string])[], atLeast: number): readonly string[] {
  return pairs.flatMap(([ink, ground]) =>
    (['light', 'dark'] as const).flatMap((theme) =>
      hues.flatMap((hue) => {
        const found = contrast(luminance(colourOf(ink, theme), hue), luminance(colourOf(ground, theme), hue))
        return found >= atLeast ? [] : [`${ink} on ${ground}, ${theme}, hue ${hue}: ${found.toFixed(2)}`]
      }),
    ),
  )
}

function colourOf(token: string, theme: 'light' | 'dark'): string {
  const pair = new RegExp(`--${token}: light-dark\\((oklch\\(.+\\)), (oklch\\(.+\\))\\);`).exec(css)
  const value = pair?.[theme === 'light' ? 1 : 2]
  if (value === undefined) throw new Error(`tokens.css has no pair --${token}`)
  return value
}

/** WCAG 2.2 relative luminance of an oklch colour; what sRGB cannot show is clipped, as screens do. */
function luminance(colour: string, accentHue: number): number {
  const [, l, c, h] = /oklch\(([\d.]+)% ([\d.]+) (.+)\)/.exec(colour) ?? []
  const hue = ((h?.startsWith('var') === true ? accentHue : Number(h)) * Math.PI) / 180
  const [light, a, b] = [Number(l) / 100, Number(c) * Math.cos(hue), Number(c) * Math.sin(hue)]
  const long = (light + 0.3963377774 * a + 0.2158037573 * b) ** 3
  const middle = (light - 0.1055613458 * a - 0.0638541728 * b) ** 3
  const short = (light - 0.0894841775 * a - 1.291485548 * b) ** 3
  const red = clip(4.0767416621 * long - 3.3077115913 * middle + 0.2309699292 * short)
  const green = clip(-1.2684380046 * long + 2.6097574011 * middle - 0.3413193965 * short)
  const blue = clip(-0.0041960863 * long - 0.7034186147 * middle + 1.707614701 * short)
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue
}

function clip(channel: number): number {
  return Math.min(1, Math.max(0, channel))
}

function contrast(one: number, other: number): number {
  return (Math.max(one, other) + 0.05) / (Math.min(one, other) + 0.05)
}
