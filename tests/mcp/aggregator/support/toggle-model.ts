import type { CallToolResult } from '@modelcontextprotocol/client'
import { textOf } from './open-aggregator.ts'

/** A switch as its last acknowledgement left it; `turns` counts writes begun and acknowledged, so it is odd between. */
interface Switch {
  isOn: boolean
  turns: number
}

interface Moment {
  /** Undefined: a write to one of its switches is under way, and both answers are right. */
  readonly isOn: boolean | undefined
  readonly turns: string
}

/** Tools are named `t<server>x<index>`, servers `s<server>`. */
export const serverOf = (key: string): string => (key.startsWith('s') ? key : `s${key.slice(1).split('x')[0]}`)

/** What is true of every tool at every moment, and what was seen that is not. */
export class ToggleModel {
  readonly wrong: string[] = []
  readonly seen = { lists: 0, served: 0, refused: 0, unsure: 0 }
  readonly #switches = new Map<string, Switch>()
  readonly #tools: string[] = []

  addServer(server: string, tools: readonly string[]): void {
    for (const key of [server, ...tools]) this.#switches.set(key, { isOn: true, turns: 0 })
    this.#tools.push(...tools)
  }

  get tools(): readonly string[] {
    return this.#tools
  }

  get keys(): readonly string[] {
    return [...this.#switches.keys()]
  }

  /** `write` resolves when the switch is acknowledged. */
  async throw(key: string, isOn: boolean, write: () => Promise<void>): Promise<void> {
    const held = this.#of(key)
    held.turns++
    await write()
    held.isOn = isOn
    held.turns++
  }

  moment(tool: string): Moment {
    const both = [this.#of(serverOf(tool)), this.#of(tool)]
    const isSure = both.every(({ turns }) => turns % 2 === 0)
    return {
      isOn: isSure ? both.every(({ isOn }) => isOn) : undefined,
      turns: both.map(({ turns }) => turns).join(' '),
    }
  }

  reached(tool: string): void {
    if (this.moment(tool).isOn === false) this.wrong.push(`${tool} is off and was reached`)
  }

  /** A list that was made now, for who reaches these servers. */
  listed(names: readonly string[], reaches: (server: string) => boolean): void {
    const listed = new Set(names)
    for (const tool of this.#tools) {
      const { isOn } = this.moment(tool)
      const isWrong = isOn !== undefined && (isOn && reaches(serverOf(tool))) !== listed.has(tool)
      if (isWrong) this.wrong.push(`${tool} is ${isOn ? 'on' : 'off'}, and listed: ${listed.has(tool)}`)
    }
    this.seen.lists++
  }

  called(tool: string, before: Moment, result: CallToolResult): void {
    const text = textOf(result)
    if (before.isOn === undefined || before.turns !== this.moment(tool).turns) this.seen.unsure++
    else if (before.isOn && text === `answer of ${tool}`) this.seen.served++
    else if (!before.isOn && result.isError === true && text.startsWith('tool_disabled')) this.seen.refused++
    else this.wrong.push(`${tool} is ${before.isOn ? 'on' : 'off'}, and its call: ${text}`)
  }

  #of(key: string): Switch {
    const found = this.#switches.get(key)
    if (found === undefined) throw new Error(`no switch ${key}`)
    return found
  }
}
