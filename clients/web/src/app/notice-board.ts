import type { Notice } from './app-context.ts'

/**
 * The notices that can be seen, oldest first. What can be undone keeps its time; of the others there are at most so many
 * that `shownAtMost` are seen, so that a flood cannot cover the page.
 */
export interface NoticeBoard {
  readonly shown: readonly ShownNotice[]
  readonly nextId: number
}

export interface ShownNotice {
  readonly id: number
  readonly notice: Notice
  readonly remainingMs: number
}

/** A board and what has run out on the way to it: whoever steps calls `onExpired` of those. */
export type BoardStep = readonly [board: NoticeBoard, expired: readonly Notice[]]

export const undoMs = 10_000
const readMs = 6_000
const shownAtMost = 3

export const emptyBoard: NoticeBoard = { shown: [], nextId: 1 }

/** The oldest one that cannot be undone makes room; the new one is seen in any case. */
export function post(board: NoticeBoard, notice: Notice): BoardStep {
  const entry = { id: board.nextId, notice, remainingMs: notice.undo === undefined ? readMs : undoMs }
  const tooMany = Math.max(0, board.shown.length + 1 - shownAtMost)
  const leaving = board.shown.filter((shown) => shown.notice.undo === undefined).slice(0, tooMany)
  const staying = board.shown.filter((shown) => !leaving.includes(shown))
  return [{ shown: [...staying, entry], nextId: board.nextId + 1 }, leaving.map(noticeOf)]
}

/** Time has passed for all of them. */
export function elapse(board: NoticeBoard, ms: number): BoardStep {
  const aged = board.shown.map((entry) => ({ ...entry, remainingMs: entry.remainingMs - ms }))
  const shown = aged.filter((entry) => entry.remainingMs > 0)
  return [{ ...board, shown }, aged.filter((entry) => entry.remainingMs <= 0).map(noticeOf)]
}

/** Takes one away; it has not run out, so nothing expires. */
export function take(board: NoticeBoard, id: number): NoticeBoard {
  return { ...board, shown: board.shown.filter((entry) => entry.id !== id) }
}

/** The page is left. */
export function clear(board: NoticeBoard): BoardStep {
  return [{ ...board, shown: [] }, board.shown.map(noticeOf)]
}

function noticeOf(entry: ShownNotice): Notice {
  return entry.notice
}
