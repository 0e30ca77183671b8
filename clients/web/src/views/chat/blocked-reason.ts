import type { Translate } from '../../app/translate.ts'
import type { ConnectionState } from '../../protocol/hearth-client.ts'

/**
 * Why nothing can be asked; empty: it can, also while the connection is made again, since a question waits for that.
 * `hasNetwork`: as the browser thinks, which knows nothing of the house.
 */
export function blockedReason(connection: ConnectionState, hasNetwork: boolean, translate: Translate): string {
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
