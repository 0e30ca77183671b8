declare module 'vitest' {
  interface TaskMeta {
    /** What the test measured; `npm run accept -- page` prints it. */
    figure?: string
  }
}

/** Keeps what a test measured with its result. */
export function keepFigure({ task }: { readonly task: { readonly meta: { figure?: string } } }, figure: string): void {
  task.meta.figure = figure
}
