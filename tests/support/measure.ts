import { fork } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { api } from './api.ts'

/** What a process holds after a forced collection. */
export interface Measure {
  readonly heapBytes: number
  /** Active handles and requests by kind, such as `TCPSocketWrap` and `Timeout`. */
  readonly resources: Readonly<Record<string, number>>
  /** Errors that nobody caught. */
  readonly failures: readonly string[]
}

export type FromMeasuredHouse =
  | { readonly type: 'started'; readonly url: string }
  | { readonly type: 'measured'; readonly measure: Measure }

export interface MeasuredHouse extends AsyncDisposable {
  readonly url: string
  readonly port: number
  /** An admin's that belongs to no user: a hostile `DELETE /api/v1/users/admin` does not end it. */
  readonly token: string
  /** Whether the token still opens what only admins may see: once it does not, whatever is sent with it tests nothing. */
  isAdmitted(): Promise<boolean>
  measure(): Promise<Measure>
}

/** Starts `measured-house.ts` with the demo profile alone. */
export async function startMeasuredHouse(env: Readonly<Record<string, string>> = {}): Promise<MeasuredHouse> {
  const dataDir = await mkdtemp(join(tmpdir(), 'hearth-measured-'))
  const child = fork(fileURLToPath(new URL('./measured-house.ts', import.meta.url)), [], {
    execArgv: ['--expose-gc'],
    env: {
      PATH: process.env['PATH'] ?? '',
      HEARTH_DATA_DIR: dataDir,
      HEARTH_GATEWAY__PORT: '0',
      HEARTH_OPERATIONS__PORT: '0',
      ...env,
    },
  })
  const next = async <Type extends FromMeasuredHouse['type']>(
    type: Type,
  ): Promise<FromMeasuredHouse & { type: Type }> => {
    const done = new AbortController()
    const { signal } = done
    const exit = once(child, 'exit', { signal }).then(([code]) =>
      Promise.reject(new Error(`the house ended with ${code}`)),
    )
    try {
      const [message]: [FromMeasuredHouse & { type: Type }] = await Promise.race([
        once(child, 'message', { signal }) as Promise<[FromMeasuredHouse & { type: Type }]>,
        exit,
      ])
      if (message.type !== type) throw new Error(`expected ${type}, got ${message.type}`)
      return message
    } finally {
      // The one that lost the race listens no longer.
      done.abort()
    }
  }
  const { url } = await next('started')
  const adminToken = async () => (await readFile(join(dataDir, 'admin-token'), 'utf8')).trim()
  const made = await api({ url, adminToken }, 'POST', '/api/v1/tokens', {
    body: { name: 'measured house', role: 'admin' },
  })
  if (made.status !== 201) throw new Error(`The house made no token: ${made.status}`)
  const { secret: token } = made.body as { readonly secret: string }
  return {
    url,
    port: Number(new URL(url).port),
    token,
    isAdmitted: async () => (await api({ url, adminToken }, 'GET', '/api/v1/users', { token })).status === 200,
    measure: async () => {
      child.send('measure')
      return (await next('measured')).measure
    },
    [Symbol.asyncDispose]: async () => {
      child.disconnect()
      await once(child, 'exit')
      await rm(dataDir, { recursive: true, force: true })
    },
  }
}
