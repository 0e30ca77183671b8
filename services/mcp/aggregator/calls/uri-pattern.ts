/** A template (RFC 6570) as far as it decides who is asked: what stands still, and what of any text stands between. */
export interface UriPattern {
  readonly prefix: string
  readonly steps: readonly Step[]
}

/** Any text, and what comes behind it. */
interface Step {
  readonly mayBeEmpty: boolean
  readonly mayHoldSlash: boolean
  readonly literal: string
}

const maxExpressions = 32

/** Undefined: it is no template, or a monstrous one. */
export function parseUriTemplate(template: string): UriPattern | undefined {
  const [prefix = '', ...parts] = template.split(/\{([+#./;?&]?)[^{}]+\}/)
  const count = parts.length / 2
  if (count < 1 || count > maxExpressions) return undefined
  const steps = Array.from({ length: count }, (_, at) => stepOf(parts[2 * at] ?? '', parts[2 * at + 1] ?? ''))
  if ([prefix, ...steps.map(({ literal }) => literal)].some((literal) => /[{}]/.test(literal))) return undefined
  return { prefix, steps: steps.reduce(joined, []) }
}

const stepOf = (operator: string, literal: string): Step => ({
  mayBeEmpty: operator !== '' && operator !== '+',
  mayHoldSlash: operator !== '' && operator !== '.',
  literal,
})

/** Two without anything between are one. */
function joined(steps: readonly Step[], step: Step): readonly Step[] {
  const before = steps.at(-1)
  if (before === undefined || before.literal !== '') return [...steps, step]
  const mayBeEmpty = before.mayBeEmpty && step.mayBeEmpty
  return [...steps.slice(0, -1), { ...step, mayBeEmpty, mayHoldSlash: before.mayHoldSlash || step.mayHoldSlash }]
}

/**
 * Linear in the URI, whatever the template: it comes from an upstream, and as a regular expression one of theirs could stop
 * the process for good.
 */
export function fitsUri({ prefix, steps }: UriPattern, uri: string): boolean {
  if (!uri.startsWith(prefix)) return false
  let at = prefix.length
  for (const [index, step] of steps.entries()) {
    const end = index === steps.length - 1 ? lastEnd(step, uri) : uri.indexOf(step.literal, startOf(step, at))
    if (!isGap(step, uri, at, end)) return false
    at = end + step.literal.length
  }
  return true
}

const startOf = ({ mayBeEmpty }: Step, at: number): number => (mayBeEmpty ? at : at + 1)

const lastEnd = ({ literal }: Step, uri: string): number => (uri.endsWith(literal) ? uri.length - literal.length : -1)

const isGap = (step: Step, uri: string, at: number, end: number): boolean =>
  end >= startOf(step, at) && (step.mayHoldSlash || !uri.slice(at, end).includes('/'))
