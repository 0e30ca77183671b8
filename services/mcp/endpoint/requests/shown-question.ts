import type { InputRequest } from '@modelcontextprotocol/server'
import { HearthError } from '../../../common/errors/hearth-error.ts'
import type { Question } from '../../aggregator/upstream.ts'

/**
 * What an upstream asks, as the client gets it: with the name of who asks in `_meta`, as texts can pretend to be anybody.
 * @throws HearthError `tool_failed` for an address to open that is no web address.
 */
export function shownQuestion({ method, params }: Question | InputRequest, upstream: string): Question {
  const asked: object = params ?? {}
  const { mode, url }: { readonly mode?: unknown; readonly url?: unknown } = asked
  if (method === 'elicitation/create' && mode === 'url' && !isWebAddress(url)) {
    throw new HearthError('tool_failed', `The server ${upstream} asks to open something that is no web address.`)
  }
  const meta: unknown = params?._meta
  const _meta = { ...(typeof meta === 'object' ? meta : {}), 'hearth/server': upstream }
  return { method, params: { ...asked, ...(upstream === '' ? {} : { _meta }) } }
}

const isWebAddress = (url: unknown): boolean =>
  typeof url === 'string' && URL.canParse(url) && ['http:', 'https:'].includes(new URL(url).protocol)
