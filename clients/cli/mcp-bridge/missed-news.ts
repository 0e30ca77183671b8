import { type JSONRPCNotification, type JSONRPCRequest, SUBSCRIPTION_ID_META_KEY } from '@modelcontextprotocol/client'

const lists = ['tools', 'prompts', 'resources'] as const

/** While nobody listened anything may have changed: to clients of the older revisions, that lists and these resources did. */
export const missedBySession = (uris: readonly string[]): readonly JSONRPCNotification[] => [
  ...lists.map((list): JSONRPCNotification => ({ jsonrpc: '2.0', method: `notifications/${list}/list_changed` })),
  ...uris.map(
    (uri): JSONRPCNotification => ({ jsonrpc: '2.0', method: 'notifications/resources/updated', params: { uri } }),
  ),
]

/** The same to who sent this `subscriptions/listen`: what it asked for, under its id. */
export function missedByListener({ id, params }: JSONRPCRequest): readonly JSONRPCNotification[] {
  const wanted: Readonly<Record<string, unknown>> = Object(params?.['notifications'])
  const told = (method: string, more: object = {}): JSONRPCNotification => ({
    jsonrpc: '2.0',
    method,
    params: { ...more, _meta: { [SUBSCRIPTION_ID_META_KEY]: id } },
  })
  const uris: unknown = wanted['resourceSubscriptions']
  return [
    ...lists
      .filter((list) => wanted[`${list}ListChanged`] === true)
      .map((list) => told(`notifications/${list}/list_changed`)),
    ...(Array.isArray(uris) ? uris : []).map((uri) => told('notifications/resources/updated', { uri })),
  ]
}
