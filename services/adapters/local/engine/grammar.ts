import type { Llama, LlamaGrammar } from 'node-llama-cpp'
import type { GrammarSchema } from '../wire-schema.ts'
import { RefusedJob } from './refused-job.ts'

type LibrarySchema = Parameters<Llama['createGrammarForJsonSchema']>[0]

/** The grammar that lets the model write only JSON of that form. @throws RefusedJob when the library cannot build it. */
export async function grammarOf(llama: Llama, schema: GrammarSchema): Promise<LlamaGrammar> {
  try {
    return await llama.createGrammarForJsonSchema(schema as LibrarySchema)
  } catch (error) {
    console.error(error)
    throw new RefusedJob('caller_unsupported_feature', 'The local model cannot follow this JSON Schema; simplify it.')
  }
}
