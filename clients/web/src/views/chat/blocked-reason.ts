import type { Translate } from '../../app/translate.ts'
import type { ConnectionState } from '../../protocol/hearth-client.ts'
import type { HistoryState } from './chat-session.ts'

export interface AskingPlace {
  readonly connection: ConnectionState
  /** As the browser thinks, which knows nothing of the house. */
  readonly hasNetwork: boolean
  readonly history: HistoryState
}

/** Why nothing can be asked; empty: it can, also while the connection is made again, since a question waits for that. */
export function blockedReason({ connection, hasNetwork, history }: AskingPlace, translate: Translate): string {
  return connectionReason(connection, hasNetwork, translate) || historyReason(history, translate)
}

/** A question stands after what was said before. */
function historyReason({ status }: HistoryState, translate: Translate): string {
  if (status === 'loading') return translate('chat.loading')
  return status === 'ready' ? '' : translate('composer.unread')
}

function connectionReason(connection: ConnectionState, hasNetwork: boolean, translate: Translate): string {
  switch (connection.status) {
    case 'signed-out':
    case 'stopped':
      return translate('composer.signedOut')
    case 'refused':
      return translate('composer.refused')
    case 'connecting':
    case 'waiting':
      return hasNetwork ? '' : translate('composer.offline')
    case 'online':
      return ''
  }
}
