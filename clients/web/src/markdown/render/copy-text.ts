/**
 * Copies a text, true when it is in the clipboard. Over plain HTTP, as most houses are reached, a browser gives a page no
 * clipboard; there a field that is selected for a moment does the same.
 * @param near the field is put behind this element, which has the focus again afterwards.
 */
export async function copyText(text: string, near: HTMLElement): Promise<boolean> {
  if (!window.isSecureContext) return copyBySelection(text, near)
  try {
    await navigator.clipboard.writeText(text)
    return true
  } catch {
    return copyBySelection(text, near)
  }
}

function copyBySelection(text: string, near: HTMLElement): boolean {
  const field = document.createElement('textarea')
  field.className = 'unseen'
  field.value = text
  field.readOnly = true
  near.after(field)
  field.select()
  const isDone = document.execCommand('copy')
  field.remove()
  near.focus()
  return isDone
}
