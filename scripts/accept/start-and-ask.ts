import { once } from 'node:events'
import { link, mkdir, mkdtemp, readFile, rm, symlink } from 'node:fs/promises'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { root } from '../../tests/support/house.ts'
import { readPng } from '../../tests/support/png.ts'
import { type Running, runProgram, startProgram } from '../../tests/support/program.ts'
import { type Figure, figure, ms, type Scenario } from './figure.ts'

const question = 'What is the capital of France?'

/** `npm start`, `npm run ask`, a picture, the second start; then the same with three roles in three processes. */
export const startAndAsk: Scenario = async ({ say, isSample }) => {
  const folder = await mkdtemp(join(tmpdir(), 'hearth-accept-'))
  try {
    say('one process')
    const env = { ...(await houseOf(folder, 'one')), ...freePorts }
    const first = await oneProcess(env, folder, isSample)
    say('three processes')
    const second = await threeProcesses(
      { ...(await houseOf(folder, 'three')), HEARTH_CLUSTER_TOKEN: 'accept-cluster-token' },
      folder,
    )
    return [...first, ...second]
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

type Environment = Readonly<Record<string, string>>

const freePorts: Environment = { HEARTH_GATEWAY__PORT: '0', HEARTH_OPERATIONS__PORT: '0' }

/** An own data folder with the model of the project in it. */
async function houseOf(folder: string, name: string): Promise<Environment> {
  const dataDir = join(folder, name)
  const models = join(dataDir, 'models')
  await mkdir(models, { recursive: true })
  const file = 'smollm2-135m-instruct.gguf'
  const source = join(root, 'data/models', file)
  await link(source, join(models, file)).catch(() => symlink(source, join(models, file)))
  return { HEARTH_DATA_DIR: dataDir, OPENAI_API_KEY: '' }
}

async function oneProcess(env: Environment, folder: string, isSample: boolean): Promise<readonly Figure[]> {
  const first = await start(env, [])
  const asked = await ask(env, 'one process', folder)
  await first.running.stop()
  const second = await start(env, [])
  const stopped = await second.running.stop()
  return [
    figure('first start, until ready', ms(first.readyMs)),
    ...asked,
    figure('second start, until ready', ms(second.readyMs), isSample || second.readyMs < 5000),
    figure('exit code after SIGTERM', String(stopped), stopped === 0),
  ]
}

async function start(env: Environment, roles: readonly string[]): Promise<{ running: Running; readyMs: number }> {
  const startedAt = performance.now()
  const running = startProgram('npm', ['start', '--', ...roles], { env })
  await running.until(/^Ready in /m, 180_000)
  return { running, readyMs: performance.now() - startedAt }
}

async function ask(env: Environment, where: string, folder: string): Promise<readonly Figure[]> {
  const answer = await runProgram('npm', ['run', '-s', 'ask', '--', question], { env })
  const picture = join(folder, `${where.replaceAll(' ', '-')}.png`)
  const drawn = await runProgram(
    'npm',
    ['run', '-s', 'ask', '--', 'A red house', '--profile', 'demo', '--image', picture],
    { env },
  )
  const png = drawn.code === 0 ? readPng(await readFile(picture)) : undefined
  const isStreamed = answer.reads.length > 2
  return [
    figure(
      `${where}: answer`,
      JSON.stringify(answer.stdout.trim().slice(0, 80)),
      answer.code === 0 && answer.stdout.trim() !== '',
    ),
    figure(`${where}: reads of the streamed answer`, String(answer.reads.length), isStreamed),
    figure(`${where}: picture`, png === undefined ? drawn.stderr : `PNG ${png.width}x${png.height}`, png !== undefined),
  ]
}

/** The front must know the router's port before the router runs. */
async function freePort(): Promise<string> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  server.close()
  return String(typeof address === 'object' ? address?.port : 0)
}

async function threeProcesses(shared: Environment, folder: string): Promise<readonly Figure[]> {
  const running: Running[] = []
  const role = async (roles: string, env: Environment): Promise<Running> => {
    const process = startProgram('npm', ['start', '--', '--roles', roles], { env: { ...shared, ...env } })
    running.push(process)
    return process
  }
  const grpcOf = async (process: Running): Promise<string> => (await process.until(/^ +grpc +(\S+)/m, 180_000))[1] ?? ''
  try {
    const adapters = await role('adapters', { HEARTH_OPERATIONS__PORT: '0', HEARTH_GRPC__ADAPTERS_PORT: '0' })
    const routerPort = await freePort()
    const front = await role('gateway,mcp', { ...freePorts, HEARTH_ENDPOINTS__ROUTER: `127.0.0.1:${routerPort}` })
    const address = (await front.until(/^ +address +(\S+)/m, 180_000))[1] ?? ''
    const router = await role('router', {
      HEARTH_OPERATIONS__PORT: '0',
      HEARTH_GRPC__ROUTER_PORT: routerPort,
      HEARTH_ENDPOINTS__ADAPTERS: await grpcOf(adapters),
      HEARTH_ENDPOINTS__MCP: address,
    })
    await Promise.all([adapters, front, router].map((process) => process.until(/^Ready in /m, 180_000)))
    const figures = await ask({ ...shared, ...freePorts }, 'three processes', folder)
    const codes = await Promise.all(running.map((process) => process.stop()))
    return [
      ...figures,
      figure(
        'three processes: exit codes',
        codes.join(' '),
        codes.every((code) => code === 0),
      ),
    ]
  } finally {
    await Promise.all(running.map((process) => process.stop()))
  }
}
