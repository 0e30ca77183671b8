import type { ChangeBus, ConversationChange } from '../../common/contracts/settings.ts'
import type { BackgroundIndex } from './background-index.ts'

/** Says that a conversation changed; called after the commit, never before. Costs no more than a note in memory. */
export type TellChange = (change: ConversationChange) => void

/** What changed is told to the owner's clients, and found by a search a moment later. */
export function createTeller(bus: ChangeBus, index: Pick<BackgroundIndex, 'note'>): TellChange {
  return (change) => {
    bus.publish('conversations', change)
    if (change.change !== 'removed') index.note(change.conversation)
  }
}
