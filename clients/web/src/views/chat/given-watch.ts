import type { AnswerState } from '../../protocol/answer-state.ts'
import { isEnded, nothingSeen, type SeenWhileGiven } from './answer-view.ts'

/** Follows one answer and notes what history will not tell about it. Give it every state. */
export function createGivenWatch(clock: () => number): (state: AnswerState) => SeenWhileGiven {
  const begun = new Map<string, number>()
  const took = new Map<string, number>()
  let seen = nothingSeen
  const look = (state: AnswerState) => {
    for (const { id, isDone } of reasoningOf(state)) {
      const from = begun.get(id)
      if (from === undefined) begun.set(id, clock())
      else if (!took.has(id) && (isDone || isEnded(state.status))) took.set(id, clock() - from)
    }
  }
  return (state) => {
    look(state)
    const next = {
      reasoningMs: reasoningOf(state).map(({ id }) => took.get(id)),
      failure: state.failure,
      pictures: isEnded(state.status) ? keptPictures(state) : [],
      restComes: true,
    }
    if (!isSame(seen, next)) seen = next
    return seen
  }
}

const reasoningOf = ({ items }: AnswerState) => items.filter((item) => item.kind === 'reasoning' && item.text !== '')

/** In an answer that has ended, what is here of a kept picture is the whole of it. */
const keptPictures = ({ items }: AnswerState) =>
  items.flatMap((item) => (item.kind === 'picture' && item.blobId !== undefined ? [item.picture] : []))

const isSame = (one: SeenWhileGiven, other: SeenWhileGiven): boolean =>
  one.failure === other.failure &&
  isSameList(one.reasoningMs, other.reasoningMs) &&
  isSameList(one.pictures, other.pictures)

const isSameList = (one: readonly unknown[], other: readonly unknown[]): boolean =>
  one.length === other.length && one.every((value, index) => value === other[index])
