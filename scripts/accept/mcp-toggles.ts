import { setTimeout as sleep } from 'node:timers/promises'
import type { Client } from '@modelcontextprotocol/client'
import { type FakeUpstreams, startFakeUpstreams } from '../../services/common/testing/fake-upstreams/fake-upstreams.ts'
import { fakeTool, type UpstreamScript } from '../../services/common/testing/fake-upstreams/upstream-script.ts'
import { api } from '../../tests/support/api.ts'
import { type House, startHouse } from '../../tests/support/house.ts'
import { connectMcp, exposedNames, mcpConfig, untilListed } from '../../tests/support/mcp-house.ts'
import { createRandom, type Random } from '../fuzz/random.ts'
import { type Figure, figure, ms, type Scenario } from './figure.ts'

const toldWithinMs = 200
const seed = 20_261_123
const serversPerSide = 5
const toolsPerServer = 4
const clientsPerSide = 10
/** Of a client between two calls. */
const pauseMs = 10
const sides = ['left', 'right'] as const
type Side = (typeof sides)[number]

const serverNames = (side: Side): readonly string[] =>
  Array.from({ length: serversPerSide }, (_, index) => `${side}-${index}`)

/**
 * Servers and tools are switched at random while 20 clients of both eras call them; half of the clients see one half of the
 * servers, half the other. What is off must be in no list and reach no upstream; who is concerned is told, nobody else.
 */
export const toggleTruth: Scenario = async ({ say, isSample, signal }) => {
  const toggles = isSample ? 60 : 1000
  const upstreams = await startFakeUpstreams(scripts())
  const config = mcpConfig(
    Object.fromEntries(upstreams.names.map((name) => [name, { url: upstreams.get(name).url }])),
    { profiles: Object.fromEntries(sides.map((side) => [side, profileOf(side)])) },
  )
  const house = await startHouse({ config })
  const table = new SwitchTable(house, upstreams, isSample)
  try {
    await table.open()
    say(`${toggles} toggles under load, seed ${seed}`)
    const load = table.load(signal)
    const random = createRandom(seed)
    for (let index = 0; index < toggles && !signal.aborted; index++) await table.toggle(random)
    table.endLoad()
    await load
    return table.figures(toggles)
  } finally {
    await table.close()
    await house.stop()
    await upstreams.stop()
  }
}

const scripts = (): Readonly<Record<string, Partial<UpstreamScript>>> =>
  Object.fromEntries(
    sides.flatMap(serverNames).map((server, index) => {
      const names = Array.from({ length: toolsPerServer }, (_, tool) => `${server}_tool_${tool}`)
      return [server, { era: index % 2 === 0 ? 'modern' : 'legacy', tools: names.map((name) => fakeTool(name)) }]
    }),
  )

const profileOf = (side: Side): object => ({
  targets: [{ adapter: 'demo', model: 'demo' }],
  tools: { servers: serverNames(side) },
})

interface Seat {
  readonly client: Client
  readonly side: Side
  /** `performance.now()` of each time it was told that tools changed. */
  readonly toldAt: number[]
}

interface Toggled {
  readonly side: Side
  readonly name: string
  /** `performance.now()`, as `acknowledgedAt`. */
  readonly since: number
  readonly acknowledgedAt: number
  /** Is another list to be seen on this side now? */
  readonly changes: boolean
}

/** What is switched how, who watches, and what was seen that must not be. */
class SwitchTable {
  readonly #house: House
  readonly #upstreams: FakeUpstreams
  readonly #isSample: boolean
  readonly #seats: Seat[] = []
  readonly #offServers = new Set<string>()
  readonly #offTools = new Set<string>()
  readonly #told: number[] = []
  readonly #lies: string[] = []
  #version = 0
  #isLoading = true
  #calls = 0

  constructor(house: House, upstreams: FakeUpstreams, isSample: boolean) {
    this.#house = house
    this.#upstreams = upstreams
    this.#isSample = isSample
  }

  async open(): Promise<void> {
    for (const side of sides) {
      for (let index = 0; index < clientsPerSide; index++) {
        const toldAt: number[] = []
        const client = await connectMcp(this.#house, {
          era: index % 2 === 0 ? 'modern' : 'legacy',
          path: `/mcp/profiles/${side}`,
          onTools: () => void toldAt.push(performance.now()),
        })
        this.#seats.push({ client, side, toldAt })
      }
    }
    for (const side of sides) await untilListed(this.#seatOf(side).client, serverNames(side))
    // What the first look at the upstreams told.
    await sleep(1000)
  }

  async close(): Promise<void> {
    this.endLoad()
    await Promise.all(this.#seats.map(({ client }) => client.close()))
  }

  endLoad(): void {
    this.#isLoading = false
  }

  /** One of each client at a time: what was on the whole time must answer, what was off must be refused. */
  async load(signal: AbortSignal): Promise<void> {
    await Promise.all(
      this.#seats.map(async (seat, index) => {
        const random = createRandom(seed + index + 1)
        while (this.#isLoading && !signal.aborted) {
          await this.#callOne(seat, random)
          await sleep(pauseMs)
        }
      }),
    )
  }

  /** Switches one thing and looks whether everybody goes by it. */
  async toggle(random: Random): Promise<void> {
    const side = random.pick(sides)
    const server = random.pick(serverNames(side))
    const tool = random.oneIn(3) ? undefined : `${server}_tool_${random.int(toolsPerServer)}`
    const off = tool === undefined ? this.#offServers : this.#offTools
    const name = tool ?? server
    const shows = tool === undefined || !this.#offServers.has(server)
    const before = this.#shown(side)
    const since = performance.now()
    this.#version++
    const path = tool === undefined ? `/api/v1/mcp/servers/${server}` : `/api/v1/mcp/tools/${tool}`
    const { status, body } = await api(this.#house, 'PATCH', path, { body: { enabled: off.has(name) } })
    const acknowledgedAt = performance.now()
    if (status !== 200) this.#lies.push(`PATCH ${path}: ${status} ${JSON.stringify(body)}`)
    if (!off.delete(name)) off.add(name)
    this.#version++
    const changes = shows && before.join() !== this.#shown(side).join()
    await this.#askAll(side, server, tool ?? `${server}_tool_0`)
    await this.#whoWasTold({ side, since, acknowledgedAt, changes, name })
  }

  figures(toggles: number): readonly Figure[] {
    const slowest = Math.max(0, ...this.#told)
    for (const lie of this.#lies.slice(0, 10)) console.log(`  … ${lie}`)
    return [
      figure('toggles', String(toggles)),
      figure('calls meanwhile', String(this.#calls), this.#calls > toggles),
      figure('lists, calls and messages that lied', String(this.#lies.length), this.#lies.length === 0),
      figure('clients told', String(this.#told.length), this.#told.length > 0),
      figure('slowest to be told', ms(slowest), this.#isSample || slowest <= toldWithinMs),
    ]
  }

  #seatOf(side: Side): Seat {
    const seat = this.#seats.find((one) => one.side === side)
    if (seat === undefined) throw new Error(`Nobody sits on the ${side}.`)
    return seat
  }

  #isOff(server: string, tool: string): boolean {
    return this.#offServers.has(server) || this.#offTools.has(tool)
  }

  #shown(side: Side): readonly string[] {
    const all = serverNames(side).flatMap((server) =>
      Array.from({ length: toolsPerServer }, (_, index) => [server, `${server}_tool_${index}`] as const),
    )
    return all.flatMap(([server, tool]) => (this.#isOff(server, tool) ? [] : [tool])).toSorted()
  }

  /** A list and a call of one client of each era, right after the acknowledgement. */
  async #askAll(side: Side, server: string, tool: string): Promise<void> {
    const seats = this.#seats.filter((seat) => seat.side === side).slice(0, 2)
    for (const { client } of seats) {
      const listed = [...(await exposedNames(client)).values()].toSorted()
      const wanted = this.#shown(side)
      if (listed.join() !== wanted.join())
        this.#lies.push(`list of ${side}: ${listed.join(' ')} not ${wanted.join(' ')}`)
      await this.#judgeCall(client, server, tool, `check-${this.#version}-${this.#calls}`, this.#isOff(server, tool))
    }
  }

  async #callOne({ client, side }: Seat, random: Random): Promise<void> {
    const server = random.pick(serverNames(side))
    const tool = `${server}_tool_${random.int(toolsPerServer)}`
    const [version, off] = [this.#version, this.#isOff(server, tool)]
    // While a switch is under way either answer is true.
    await this.#judgeCall(
      client,
      server,
      tool,
      `load-${this.#calls}`,
      off,
      () => this.#version === version && version % 2 === 0,
    )
  }

  async #judgeCall(
    client: Client,
    server: string,
    tool: string,
    text: string,
    isOff: boolean,
    counts: () => boolean = () => true,
  ): Promise<void> {
    this.#calls++
    const answer = await client.callTool({ name: tool, arguments: { text } }).catch((error: unknown) => error)
    if (!counts()) return
    const refused = JSON.stringify(answer).includes('tool_disabled')
    const reached = this.#upstreams.get(server).calls.some(({ args }) => args['text'] === text)
    if (isOff && (!refused || reached))
      this.#lies.push(`${tool} is off and was ${reached ? 'reached' : 'not refused'}: ${describe(answer)}`)
    if (!isOff && (refused || !reached)) this.#lies.push(`${tool} is on and was not reached: ${describe(answer)}`)
  }

  async #whoWasTold({ side, since, acknowledgedAt, changes, name }: Toggled): Promise<void> {
    const concerned = changes ? this.#seats.filter((seat) => seat.side === side) : []
    const deadline = acknowledgedAt + (this.#isSample ? 5000 : 1000)
    const isTold = ({ toldAt }: Seat): boolean => (toldAt.at(-1) ?? 0) >= since
    while (!concerned.every(isTold) && performance.now() < deadline) await sleep(5)
    // Whoever is told without reason is told at about the same time.
    if (concerned.length === 0) await sleep(30)
    for (const seat of concerned) this.#wasTold(seat, { since, acknowledgedAt, deadline, name })
    for (const seat of this.#seats.filter((one) => !concerned.includes(one))) {
      if (isTold(seat)) this.#lies.push(`${name}: a client of ${seat.side} was told`)
    }
  }

  #wasTold(
    { side, toldAt }: Seat,
    { since, acknowledgedAt, deadline, name }: Omit<Toggled, 'side' | 'changes'> & { readonly deadline: number },
  ): void {
    const at = toldAt.find((told) => told >= since)
    if (at === undefined) this.#lies.push(`${name}: a client of ${side} was not told`)
    this.#told.push(Math.max(0, (at ?? deadline) - acknowledgedAt))
  }
}

const describe = (answer: unknown): string =>
  answer instanceof Error ? answer.message : (JSON.stringify(answer) ?? '').slice(0, 200)
