/** Of a `KeyboardEvent`, what decides. */
export interface Key {
  readonly key: string
  readonly shiftKey: boolean
  readonly ctrlKey: boolean
  readonly altKey: boolean
  readonly metaKey: boolean
  /** An input method is putting a character together: its Enter is not ours. */
  readonly isComposing: boolean
}

export interface ComposerSituation {
  readonly isEmpty: boolean
  readonly isAnswering: boolean
  readonly isEditing: boolean
}

/** What a key does in the composer; undefined: what it does in any text area. */
export function actOfKey(
  { key, shiftKey, ctrlKey, altKey, metaKey, isComposing }: Key,
  { isEmpty, isAnswering, isEditing }: ComposerSituation,
): 'send' | 'stop' | 'edit-last' | 'edit-end' | undefined {
  if (isComposing) return undefined
  const isPlain = !(shiftKey || ctrlKey || altKey || metaKey)
  if (key === 'Enter' && !shiftKey && !altKey) return 'send'
  if (key === 'Escape' && isPlain) return actOfEscape(isEditing, isAnswering)
  if (key === 'ArrowUp' && isPlain && isEmpty && !isEditing) return 'edit-last'
  return undefined
}

function actOfEscape(isEditing: boolean, isAnswering: boolean): 'edit-end' | 'stop' | undefined {
  if (isEditing) return 'edit-end'
  return isAnswering ? 'stop' : undefined
}
