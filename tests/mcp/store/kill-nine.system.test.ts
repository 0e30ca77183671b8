import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import Database from 'better-sqlite3'
import { expect, it } from 'vitest'
import { never, openTestStore, testFolder } from './open-test-store.ts'

const ROUNDS = 20
const MAX_ACKNOWLEDGED = 400
const program = fileURLToPath(new URL('./programs/write-answers.ts', import.meta.url))

/** Lets the program write until it has acknowledged `count` answers, kills it, and tells what it had acknowledged. */
async function writeUntilKilled(path: string, round: string, count: number): Promise<readonly string[]> {
  const writer = spawn(process.execPath, [program, path, round], { stdio: ['ignore', 'pipe', 'inherit'] })
  const exited = once(writer, 'exit')
  const acknowledged: string[] = []
  for await (const line of createInterface(writer.stdout)) {
    acknowledged.push(line)
    if (acknowledged.length === count) writer.kill('SIGKILL')
  }
  const [, signal] = await exited
  expect(signal).toBe('SIGKILL')
  return acknowledged
}

it('kill -9 of a process writing answers loses none that was acknowledged, 20 times over', {
  timeout: 300_000,
}, async () => {
  const folder = await testFolder()
  const path = join(folder, 'hearth.db')
  const seed = Date.now() % 1_000_000
  let total = 0
  try {
    for (let round = 0; round < ROUNDS; round += 1) {
      const count = 1 + ((seed * (round + 1) * 7919) % MAX_ACKNOWLEDGED)
      const acknowledged = await writeUntilKilled(path, `round-${round}`, count)
      expect(acknowledged.length, `seed ${seed}`).toBeGreaterThanOrEqual(count)
      total += acknowledged.length
      expect(await missingAfterRestart(folder, acknowledged), `seed ${seed}, round ${round}`).toEqual([])
    }
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
  console.info(`seed ${seed}: ${total} acknowledged answers, ${ROUNDS} kills, none lost`)
})

/** Starts the store on what the kill left (this checks all of it), stops it, and looks for the answers. */
async function missingAfterRestart(folder: string, runIds: readonly string[]): Promise<readonly string[]> {
  const { store, logged } = await openTestStore({ folder })
  await store.stop(never)
  expect(logged).toContainEqual(expect.objectContaining({ msg: expect.stringContaining('not closed last time') }))
  const database = new Database(join(folder, 'hearth.db'), { readonly: true })
  const answerOf = database.prepare(
    "select count(*) as n from messages join parts on message_id = id where run_id = ? and parts.text = 'answer of ' || run_id",
  )
  const missing = runIds.filter((runId) => answerOf.pluck().get(runId) !== 1)
  const orphans = database
    .prepare('select count(*) from messages where id not in (select message_id from parts)')
    .pluck()
  expect(orphans.get()).toBe(0)
  database.close()
  return missing
}
