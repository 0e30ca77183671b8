import { html } from 'lit'
import './hearth-switch.ts'
import type { HouseServer, HouseTool } from './house-shapes.ts'
import { wishWord } from './server-condition.ts'
import { keyOf } from './servers-book.ts'
import { doAndSay, type ServersDesk } from './servers-desk.ts'

/** ON or OFF of a whole server, as the house says. */
export function serverSwitch(desk: ServersDesk, { name, enabled }: HouseServer) {
  const toggle = () => void doAndSay(desk, () => desk.book.setServer(name, !enabled))
  return switchOf(desk, {
    key: keyOf.serverSwitch(name),
    label: desk.words('switchServer', { name }),
    isOn: enabled,
    toggle,
  })
}

/** ON or OFF of one tool, as the house says. */
export function toolSwitch(desk: ServersDesk, { exposed_name: name, enabled }: HouseTool) {
  const toggle = () => void doAndSay(desk, () => desk.book.setTool(name, !enabled))
  return switchOf(desk, {
    key: keyOf.toolSwitch(name),
    label: desk.words('switchTool', { name }),
    isOn: enabled,
    toggle,
  })
}

interface Switched {
  readonly key: string
  readonly label: string
  readonly isOn: boolean
  readonly toggle: () => void
}

function switchOf({ words, book, context }: ServersDesk, { key, label, isOn, toggle }: Switched) {
  const wish = book.state.pending.get(key)
  const pending = wish === undefined ? undefined : words(wishWord(wish))
  return html`
    <hearth-switch
      .label=${label}
      .isOn=${isOn}
      .isLocked=${!context.may('settings')}
      .words=${{ on: words('on'), off: words('off'), pending }}
      @hearth-toggle=${toggle}
    ></hearth-switch>
  `
}
