import type { Conversation } from '../../../protocol/rest-api.ts'

export type DayGroup = 'today' | 'yesterday' | 'lastWeek' | 'older'

export interface ConversationGroup {
  readonly group: DayGroup
  readonly conversations: readonly Conversation[]
}

const groups: readonly DayGroup[] = ['today', 'yesterday', 'lastWeek', 'older']

/**
 * Conversations by the calendar day of their last change, in the time zone of the reader; the order inside a group is
 * kept, empty groups are left out. What a clock that runs ahead wrote tomorrow is of today.
 */
export function groupByDay(conversations: readonly Conversation[], now: number): readonly ConversationGroup[] {
  return groups.flatMap((group) => {
    const own = conversations.filter(({ updatedAt }) => dayGroupOf(updatedAt, now) === group)
    return own.length === 0 ? [] : [{ group, conversations: own }]
  })
}

function dayGroupOf(time: number, now: number): DayGroup {
  if (time >= startOfDay(now, 0)) return 'today'
  if (time >= startOfDay(now, 1)) return 'yesterday'
  return time >= startOfDay(now, 7) ? 'lastWeek' : 'older'
}

/** By the calendar, not by 24 hours: days have 23 or 25 when the clocks are changed. */
function startOfDay(now: number, daysAgo: number): number {
  const at = new Date(now)
  return new Date(at.getFullYear(), at.getMonth(), at.getDate() - daysAgo).getTime()
}
