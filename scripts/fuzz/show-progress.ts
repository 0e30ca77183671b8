const barWidth = 24
const redrawMs = 200
const lineEveryMs = 10_000

/** A stream that may be a terminal, such as process.stderr. */
export interface ProgressScreen {
  readonly isTTY?: boolean
  write(text: string): boolean
}

export interface Progress {
  update(done: number): void
  /** Last state, on a line of its own. */
  end(done: number): void
}

/** Shows how far a part is, its rate and when it will be done: a bar that is redrawn on a terminal, else a line each ten seconds. */
export function showProgress(screen: ProgressScreen, name: string, count: number): Progress {
  const startedAt = performance.now()
  const isTerminal = screen.isTTY === true
  let shownAt = startedAt
  const draw = (done: number, now: number): void => {
    shownAt = now
    const text = `  ${name.padEnd(8)} ${describeProgress(done, count, now - startedAt)}`
    screen.write(isTerminal ? `\r\u001B[2K${text}` : `${text}\n`)
  }
  return {
    update: (done) => {
      const now = performance.now()
      if (now - shownAt >= (isTerminal ? redrawMs : lineEveryMs)) draw(done, now)
    },
    end: (done) => {
      draw(done, performance.now())
      if (isTerminal) screen.write('\n')
    },
  }
}

/** Such as `████░░ 40 %  400,000 of 1,000,000  6,120/s  1:38 left`. Pure. */
export function describeProgress(done: number, count: number, elapsedMs: number): string {
  const share = count === 0 ? 1 : Math.min(done / count, 1)
  const full = Math.floor(share * barWidth)
  const rate = elapsedMs > 0 ? (done * 1000) / elapsedMs : 0
  const left = rate > 0 && share < 1 ? `${clock((count - done) / rate)} left` : `took ${clock(elapsedMs / 1000)}`
  const bar = `${'█'.repeat(full)}${'░'.repeat(barWidth - full)}`
  return `${bar} ${`${Math.floor(share * 100)} %`.padStart(5)}  ${whole(done)} of ${whole(count)}  ${whole(rate)}/s  ${left}`
}

const whole = (value: number): string => Math.round(value).toLocaleString('en')

function clock(seconds: number): string {
  const rounded = Math.round(seconds)
  return `${Math.floor(rounded / 60)}:${String(rounded % 60).padStart(2, '0')}`
}
