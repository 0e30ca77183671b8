import type { OutputItem, OutputPart, RunEvent } from '../contracts/run-event.ts'

/** The answer that a reader of these events holds, in the order of `output_index`. The events may begin with a snapshot. */
export const foldRunEvents = (events: readonly RunEvent[]): readonly OutputItem[] =>
  events.reduce<readonly OutputItem[]>(fold, [])

function fold(items: readonly OutputItem[], { message }: RunEvent): readonly OutputItem[] {
  switch (message.type) {
    case 'response.snapshot':
      return message.response.output
    case 'response.output_item.added':
    case 'response.output_item.done':
      return put(items, message.output_index, message.item)
    case 'response.content_part.added':
      return change(items, message.output_index, (item) => withPart(item, message.content_index, () => message.part))
    case 'response.output_text.delta':
    case 'response.reasoning_text.delta':
    case 'response.refusal.delta': {
      const { output_index: at, content_index: index, delta } = message
      return change(items, at, (item) => withPart(item, index, (part) => part && longer(part, delta)))
    }
    case 'response.function_call_arguments.delta':
      return change(items, message.output_index, (item) => withArguments(item, message.delta))
    default:
      return items
  }
}

const put = (items: readonly OutputItem[], index: number, item: OutputItem): readonly OutputItem[] =>
  index < items.length ? items.with(index, item) : [...items, item]

function change(items: readonly OutputItem[], index: number, how: (item: OutputItem) => OutputItem) {
  const item = items[index]
  if (item === undefined) throw new Error(`item ${index} was never added`)
  return items.with(index, how(item))
}

function withPart(
  item: OutputItem,
  index: number,
  how: (part: OutputPart | undefined) => OutputPart | undefined,
): OutputItem {
  if (!('content' in item)) throw new Error(`item ${item.id} has no parts`)
  const part = how(item.content[index])
  if (part === undefined) throw new Error(`part ${index} of ${item.id} was never added`)
  return { ...item, content: index < item.content.length ? item.content.with(index, part) : [...item.content, part] }
}

const longer = (part: OutputPart, delta: string): OutputPart =>
  part.type === 'refusal' ? { ...part, refusal: part.refusal + delta } : { ...part, text: part.text + delta }

function withArguments(item: OutputItem, delta: string): OutputItem {
  if (item.type !== 'function_call') throw new Error(`item ${item.id} takes no arguments`)
  return { ...item, arguments: item.arguments + delta }
}
