/** A set of listeners; `add` gives back what takes it out again. */
export interface Listeners<Event> {
  add(listener: (event: Event) => void): () => void
  emit(event: Event): void
}

export function createListeners<Event>(): Listeners<Event> {
  const listeners = new Set<(event: Event) => void>()
  return {
    add: (listener) => {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
    emit: (event) => {
      for (const listener of [...listeners]) listener(event)
    },
  }
}
