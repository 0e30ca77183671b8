import type { ConversationUpdate, LiveRun } from './hearth-client.ts'

/** The user's answers being given, after one more piece of news. Pure. */
export function stepLive(live: readonly LiveRun[], update: ConversationUpdate): readonly LiveRun[] {
  const { conversation, change, responseId } = update
  if (change === 'removed') return live.filter((run) => run.conversation !== conversation)
  if (responseId === undefined || (change !== 'asked' && change !== 'answered')) return live
  const others = live.filter((run) => run.responseId !== responseId)
  return change === 'asked' ? [...others, { responseId, conversation }] : others
}
