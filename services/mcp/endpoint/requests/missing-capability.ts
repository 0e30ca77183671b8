import type { ClientCapabilities } from '@modelcontextprotocol/server'
import type { Question } from '../../aggregator/upstream.ts'

/**
 * What the client would have to be able to do to answer, and did not say it can; undefined: nothing is missing.
 * An `elicitation` without a mode means forms (specification 2026-07-28, client/elicitation).
 */
export function missingCapability(
  { method, params }: { readonly method: Question['method']; readonly params?: object | undefined },
  { elicitation, sampling, roots }: ClientCapabilities,
): ClientCapabilities | undefined {
  const { mode, tools }: { readonly mode?: unknown; readonly tools?: unknown } = params ?? {}
  switch (method) {
    case 'elicitation/create':
      return mode === 'url' ? missingUrls(elicitation) : missingForms(elicitation)
    case 'sampling/createMessage':
      return missingSampling(sampling, tools !== undefined)
    case 'roots/list':
      return roots === undefined ? { roots: {} } : undefined
  }
}

const missingUrls = (elicitation: ClientCapabilities['elicitation']): ClientCapabilities | undefined =>
  elicitation?.url === undefined ? { elicitation: { url: {} } } : undefined

function missingForms(elicitation: ClientCapabilities['elicitation']): ClientCapabilities | undefined {
  const canFill = elicitation !== undefined && (elicitation.form !== undefined || elicitation.url === undefined)
  return canFill ? undefined : { elicitation: { form: {} } }
}

function missingSampling(
  sampling: ClientCapabilities['sampling'],
  needsTools: boolean,
): ClientCapabilities | undefined {
  if (sampling === undefined) return { sampling: {} }
  return needsTools && sampling.tools === undefined ? { sampling: { tools: {} } } : undefined
}
