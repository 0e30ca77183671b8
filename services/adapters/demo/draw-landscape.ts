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

/** A sky, a sun and rows of hills; `colourAt` takes coordinates in [0, 1). */
export interface Landscape {
  colourAt(x: number, y: number): Colour
}

/** The scene of a seed: same seed, same scene. */
export function composeLandscape(seed: number): Landscape {
  const random = randomFrom(seed)
  const zenith: Colour = [random() * 90, 40 + random() * 90, 120 + random() * 120]
  const horizon: Colour = [220 + random() * 35, 150 + random() * 80, 110 + random() * 90]
  const sun = { x: 0.15 + random() * 0.7, y: 0.15 + random() * 0.3, radius: 0.04 + random() * 0.06 }
  const ridges = Array.from({ length: 4 }, (_, row) => composeRidge(row, random))
  return {
    colourAt: (x, y) => {
      const ridge = ridges.findLast((candidate) => y > outline(candidate, x))
      if (ridge !== undefined) return mix(ridge.colour, [10, 20, 15], Math.min((y - outline(ridge, x)) * 2, 1))
      return (x - sun.x) ** 2 + (y - sun.y) ** 2 < sun.radius ** 2 ? [255, 244, 205] : mix(zenith, horizon, y / 0.7)
    },
  }
}

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

const pixelsPerTurn = 32_768

/** RGB pixels of the scene in squares of `block` pixels (1: all detail). Yields to the event loop every few rows. */
export async function drawLandscape(
  scene: Landscape,
  { width, height }: Size,
  block: number,
  signal: AbortSignal,
): Promise<Uint8Array> {
  const rgb = new Uint8Array(width * height * 3)
  const rowsPerTurn = Math.max(Math.floor(pixelsPerTurn / width), 1)
  for (let y = 0; y < height; y++) {
    if (y % block === 0) drawRow(scene, { width, height }, { y, block, rgb })
    else rgb.copyWithin(y * width * 3, (y - 1) * width * 3, y * width * 3)
    if (y % rowsPerTurn === rowsPerTurn - 1) await setImmediate(undefined, { signal })
  }
  return rgb
}

interface Row {
  readonly y: number
  readonly block: number
  readonly rgb: Uint8Array
}

function drawRow(scene: Landscape, { width, height }: Size, { y, block, rgb }: Row): void {
  for (let left = 0; left < width; left += block) {
    const colour = scene.colourAt((left + block / 2) / width, (y + block / 2) / height)
    const right = Math.min(left + block, width)
    for (let x = left; x < right; x++) rgb.set(colour, (y * width + x) * 3)
  }
}
