import { setImmediate } from 'node:timers/promises'
import { randomFrom } from './seed.ts'

type Colour = readonly [red: number, green: number, blue: number]

interface Ridge {
  readonly base: number
  readonly height: number
  readonly waves: number
  readonly phase: number
  readonly colour: Colour
}

/** A sky, a sun and rows of hills, as a function of x that gives a function of y; both in [0, 1). */
export type Landscape = (x: number) => (y: number) => Colour

/** The scene of a seed: same seed, same scene. */
export function composeLandscape(seed: number): Landscape {
  const random = randomFrom(seed)
  const zenith: Colour = [random() * 90, 40 + random() * 90, 120 + random() * 120]
  const horizon: Colour = [220 + random() * 35, 150 + random() * 80, 110 + random() * 90]
  const sun = { x: 0.15 + random() * 0.7, y: 0.15 + random() * 0.3, radius: 0.04 + random() * 0.06 }
  const ridges = Array.from({ length: 4 }, (_, row) => composeRidge(row, random))
  return (x) => {
    const nearestFirst = ridges.map((ridge) => ({ top: outline(ridge, x), colour: ridge.colour })).toReversed()
    return (y) => {
      for (const { top, colour } of nearestFirst) if (y > top) return mix(colour, shade, (y - top) * 2)
      return (x - sun.x) ** 2 + (y - sun.y) ** 2 < sun.radius ** 2 ? sunlight : mix(zenith, horizon, y / 0.7)
    }
  }
}

const shade: Colour = [10, 20, 15]
const sunlight: Colour = [255, 244, 205]

/** Farther rows are higher, flatter and paler. */
function composeRidge(row: number, random: () => number): Ridge {
  return {
    base: 0.52 + row * 0.11,
    height: 0.03 + random() * 0.05,
    waves: 2 + random() * 6,
    phase: random() * 2 * Math.PI,
    colour: [120 - row * 28 + random() * 20, 140 - row * 18 + random() * 30, 150 - row * 34 + random() * 20],
  }
}

const outline = ({ base, height, waves, phase }: Ridge, x: number): number =>
  base - height * Math.sin(phase + waves * x * Math.PI) - height * 0.4 * Math.sin(phase * 3 + waves * 7 * x)

function mix(from: Colour, to: Colour, share: number): Colour {
  const part = Math.min(Math.max(share, 0), 1)
  return [from[0] + (to[0] - from[0]) * part, from[1] + (to[1] - from[1]) * part, from[2] + (to[2] - from[2]) * part]
}

export interface Size {
  readonly width: number
  readonly height: number
}

const pixelsPerTurn = 16_384

/** RGB pixels of the scene in squares of `block` pixels (1: all detail). Yields to the event loop every few rows. */
export async function drawLandscape(
  scene: Landscape,
  { width, height }: Size,
  block: number,
  signal: AbortSignal,
): Promise<Uint8Array> {
  const rgb = new Uint8Array(width * height * 3)
  const columns = Array.from({ length: Math.ceil(width / block) }, (_, at) => scene(((at + 0.5) * block) / width))
  const rowsPerTurn = Math.max(Math.floor(pixelsPerTurn / width), 1)
  for (let y = 0; y < height; y++) {
    const row = rgb.subarray(y * width * 3, (y + 1) * width * 3)
    if (y % block === 0) drawRow(columns, { y: (y + block / 2) / height, block, row })
    else row.set(rgb.subarray((y - 1) * width * 3, y * width * 3))
    if (y % rowsPerTurn === rowsPerTurn - 1) await setImmediate(undefined, { signal })
  }
  return rgb
}

interface Row {
  readonly y: number
  readonly block: number
  readonly row: Uint8Array
}

function drawRow(columns: readonly ReturnType<Landscape>[], { y, block, row }: Row): void {
  let offset = 0
  for (const column of columns) {
    const [red, green, blue] = column(y)
    for (const end = Math.min(offset + block * 3, row.length); offset < end; offset += 3) {
      row[offset] = red
      row[offset + 1] = green
      row[offset + 2] = blue
    }
  }
}
