import { setTimeout as sleep } from 'node:timers/promises'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { Router } from '../../services/common/contracts/router.ts'
import { createGrpcAdapterSet } from '../../services/common/grpc/grpc-adapter-set.ts'
import { createGrpcRouter } from '../../services/common/grpc/grpc-router.ts'
import type { Part } from '../../services/common/lifecycle/part.ts'
import { type ChildRole, startRole } from '../support/child-role.ts'
import { callsOf } from '../support/prompted-adapters.ts'
import {
  anna,
  failureOf,
  never,
  readRun,
  readUntil,
  runToEnd,
  say,
  terminalOf,
  textOf,
} from '../support/run-fixtures.ts'
import { adapterSetContract } from './adapter-set.contract.ts'
import { routerContract } from './router.contract.ts'
import { keptRunsContract, keptRunsOf, unreadRunsContract } from './router-keeping.contract.ts'

const token = 'cluster-secret'

interface Roles {
  readonly adapters: ChildRole
  readonly router: ChildRole
  readonly client: Router
  readonly part: Part
}

async function startRoles(): Promise<Roles> {
  const adapters = await startRole('serve-adapters.ts', ['0', token])
  const router = await startRole('serve-router.ts', ['0', token, `127.0.0.1:${adapters.port}`])
  const { router: client, part } = createGrpcRouter(`127.0.0.1:${router.port}`, token)
  return { adapters, router, client, part }
}

async function stopRoles({ adapters, router, part }: Roles): Promise<void> {
  await part.stop(never)
  await Promise.all([router.kill(), adapters.kill()])
}

const label = 'router and adapters in processes of their own'

async function farRouter() {
  const roles = await startRoles()
  return { router: roles.client, stop: () => stopRoles(roles) }
}

routerContract(label, farRouter)
keptRunsContract(label, keptRunsOf(farRouter))
unreadRunsContract(label, farRouter)

adapterSetContract('in a process of its own', async () => {
  const child = await startRole('serve-adapters.ts', ['0', token])
  const { adapters, part } = createGrpcAdapterSet(`127.0.0.1:${child.port}`, token)
  return {
    adapters,
    stop: async () => {
      await part.stop(never)
      await child.kill()
    },
  }
})

describe('roles that die', () => {
  let roles: Roles
  beforeEach(async () => {
    roles = await startRoles()
  })
  afterEach(() => stopRoles(roles))

  test('killed adapters fail the run with provider_connection_failed and its partial; restarted ones answer', async () => {
    const { client, adapters } = roles
    const { runId } = await client.start(say('hang'), anna, never)
    await readUntil(client, runId, 'response.output_text.delta')
    const reading = readRun(client, runId)
    await adapters.kill()
    const events = await reading
    expect(textOf(events)).toContain('Once')
    expect(terminalOf(events)).toMatchObject({
      type: 'response.failed',
      error: { code: 'provider_connection_failed', retryable: true },
      response: { attempts: [{ outcome: 'failed', error_code: 'provider_connection_failed' }] },
    })
    const without = terminalOf(await runToEnd(client, say('hello')))
    expect(without).toMatchObject({ type: 'response.failed', error: { code: 'gateway_no_adapter' } })

    const again = await startRole('serve-adapters.ts', [`${adapters.port}`, token])
    try {
      await untilCompleted(client)
    } finally {
      await again.kill()
    }
  })

  test('a killed router is gateway_overloaded to its readers and starters; a restarted one answers', async () => {
    const { client, router, adapters } = roles
    const { runId } = await client.start(say('hang'), anna, never)
    await readUntil(client, runId, 'response.output_text.delta')
    const reading = failureOf(readRun(client, runId))
    await router.kill()
    expect(await reading).toMatchObject({ code: 'gateway_overloaded', retryable: true })
    expect(await failureOf(client.start(say('hello'), anna, never))).toMatchObject({ code: 'gateway_overloaded' })

    const again = await startRole('serve-router.ts', [`${router.port}`, token, `127.0.0.1:${adapters.port}`])
    try {
      await untilCompleted(client)
    } finally {
      await again.kill()
    }
  })

  test('a run of a killed router lets the adapter go', async () => {
    const { client, router, adapters } = roles
    const far = createGrpcAdapterSet(`127.0.0.1:${adapters.port}`, token)
    const { runId } = await client.start(say('hang'), anna, never)
    await readUntil(client, runId, 'response.output_text.delta')
    expect((await callsOf(far.adapters)).open).toBe(1)
    await router.kill()
    for (let tries = 0; tries < 100 && (await callsOf(far.adapters)).open > 0; tries += 1) await sleep(20)
    expect(await callsOf(far.adapters)).toEqual({ open: 0, aborted: 1 })
    await far.part.stop(never)
  })

  test('SIGTERM drains: what runs is cancelled at the deadline, its readers get the terminal event, exit code 0', async () => {
    const { client, router } = roles
    const { runId } = await client.start(say('hang'), anna, never)
    await readUntil(client, runId, 'response.output_text.delta')
    const reading = readRun(client, runId)
    const exit = router.stop()
    await sleep(300)
    expect(await failureOf(client.start(say('hello'), anna, never))).toMatchObject({ code: 'gateway_draining' })
    expect(terminalOf(await reading).type).toBe('response.cancelled')
    expect(await exit).toBe(0)
  })
})

async function untilCompleted(router: Router): Promise<void> {
  for (let tries = 0; tries < 50; tries += 1) {
    const events = await runToEnd(router, say('hello')).catch(() => undefined)
    if (events !== undefined && terminalOf(events).type === 'response.completed') return
    await sleep(200)
  }
  throw new Error('it never answered again')
}
