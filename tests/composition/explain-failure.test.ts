import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { createServer } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { HearthError } from '../../services/common/errors/hearth-error.ts'
import { explainFailure } from '../../services/composition/explain-failure.ts'

describe('why a process could not start', () => {
  it('names the file that the system refuses', () => {
    const folder = mkdtempSync(join(tmpdir(), 'hearth-failure-'))
    const missing = join(folder, 'missing.pem')
    const failure = explainFailure(caught(() => readFileSync(missing)))
    rmSync(folder, { recursive: true })
    expect(failure.message).toContain(`${missing} does not exist`)
    expect(failure.cause).toBeInstanceOf(Error)
  })

  it('names the address that is none of this machine', async () => {
    const refused = await new Promise<unknown>((resolve) => {
      createServer().once('error', resolve).listen(0, '192.0.2.1')
    })
    expect(explainFailure(refused).message).toContain('192.0.2.1 is no address of this machine')
  })

  it('keeps what was already said, and hides the text of a defect', () => {
    const said = new HearthError('store_unavailable', 'The database is in use.')
    expect(explainFailure(said)).toBe(said)
    expect(explainFailure(new TypeError('x is undefined')).message).not.toContain('undefined')
  })
})

function caught(work: () => unknown): unknown {
  try {
    return work()
  } catch (error) {
    return error
  }
}
