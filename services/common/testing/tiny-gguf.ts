/** What the tiny model is like. */
export interface TinyGgufOptions {
  /** Seed of the random weights; ignored when `says` is set. Default 1. */
  readonly seed?: number
  /** Training length, tokens. Default 2048. */
  readonly contextTokens?: number
  /**
   * The model's answer to whatever it reads: these pieces in order, one token each, then the end of the answer. Each
   * piece at most once; `<0xF0>` is a raw byte. Unset: random weights, whose greedy answers are gibberish, always the same.
   */
  readonly says?: readonly string[]
  /** After the last piece of `says` the first follows, without end. */
  readonly repeats?: boolean
}

interface Tensor {
  readonly name: string
  /** Input size first. */
  readonly dimensions: readonly number[]
  readonly values: Float32Array
}

interface Vocabulary {
  readonly tokens: readonly string[]
  readonly types: readonly number[]
  readonly scores: readonly number[]
}

const alignment = 32
const layers = 2
const heads = 4
const keyValueHeads = 2
const headSize = 16
const hiddenSize = 128
const endOfText = 2
// A turn ends with a control token, as in real templates: what ends a turn in the template ends an answer, too.
const chatTemplate =
  "{% for m in messages %}{{ '<' + m['role'] + '>' + m['content'] + '</s>' }}{% endfor %}{% if add_generation_prompt %}{{ '<assistant>' }}{% endif %}"

/**
 * A whole language model of the llama architecture in under 2 MB: 2 layers, a byte-fallback vocabulary, a chat template.
 * File format: https://github.com/ggml-org/ggml/blob/master/docs/gguf.md (version 3, read 2026-11-22).
 */
export function tinyGguf(options: TinyGgufOptions = {}): Buffer {
  const vocabulary = makeVocabulary(options.says ?? [])
  const tensors = options.says === undefined ? randomTensors(vocabulary, options.seed ?? 1) : chain(vocabulary, options)
  const metadata = describe(vocabulary, widthOf(tensors), options.contextTokens ?? 2048)
  let offset = 0
  const infos = tensors.map(({ name, dimensions, values }) => {
    const info = [text(name), u32(dimensions.length), ...dimensions.map(u64), u32(0), u64(offset)]
    offset += padded(values.byteLength)
    return Buffer.concat(info)
  })
  const counts = [u32(3), u64(tensors.length), u64(metadata.length)]
  const head = Buffer.concat([Buffer.from('GGUF'), ...counts, ...metadata, ...infos])
  return Buffer.concat([pad(head), ...tensors.map(({ values }) => pad(Buffer.from(values.buffer)))])
}

/** Token types of llama.cpp: 1 normal, 2 unknown, 3 control, 5 unused, 6 byte. */
function makeVocabulary(says: readonly string[]): Vocabulary {
  const bytes = Array.from({ length: 256 }, (_, byte) => byteToken(byte))
  const printable = Array.from({ length: 94 }, (_, index) => String.fromCharCode(33 + index))
  const spoken = says.map(toToken).filter((piece) => !bytes.includes(piece))
  const normal = [...new Set(['▁', ...printable, '▁the', '▁light', '▁on', '▁off', ...spoken])]
  const known = 3 + bytes.length + normal.length
  const unused = Array.from({ length: (alignment - (known % alignment)) % alignment }, (_, index) => `<unused${index}>`)
  return {
    tokens: ['<unk>', '<s>', '</s>', ...bytes, ...normal, ...unused],
    types: [2, 3, 3, ...bytes.map(() => 6), ...normal.map(() => 1), ...unused.map(() => 5)],
    scores: [0, 0, 0, ...bytes.map(() => 0), ...normal.map((_, index) => -1000 - index), ...unused.map(() => -1e9)],
  }
}

const byteToken = (byte: number) => `<0x${byte.toString(16).toUpperCase().padStart(2, '0')}>`
const toToken = (piece: string) => piece.replaceAll(' ', '▁')

function randomTensors(vocabulary: Vocabulary, seed: number): readonly Tensor[] {
  const gauss = gaussian(seed)
  const random = (name: string, ...dimensions: readonly [number, number]): Tensor => {
    const scale = 1 / Math.sqrt(dimensions[0])
    return {
      name,
      dimensions,
      values: Float32Array.from({ length: dimensions[0] * dimensions[1] }, () => gauss() * scale),
    }
  }
  return tensorsOf(vocabulary, heads * headSize, random)
}

/**
 * The layers add nothing and every token is its own direction, so the next token depends on the last one alone: the
 * output matrix is the table of successors.
 */
function chain(vocabulary: Vocabulary, { says = [], repeats = false }: TinyGgufOptions): readonly Tensor[] {
  const size = vocabulary.tokens.length
  const spoken = says.map((piece) => vocabulary.tokens.indexOf(toToken(piece)))
  if (new Set(spoken).size < spoken.length) throw new RangeError('each piece of `says` may come once')
  const first = spoken[0] ?? endOfText
  const next = new Map(spoken.map((token, index) => [token, spoken[index + 1] ?? (repeats ? first : endOfText)]))
  return tensorsOf(vocabulary, size, (name, ...dimensions) => {
    const values = new Float32Array(dimensions[0] * dimensions[1])
    for (let token = 0; token < size; token += 1) {
      if (name === 'token_embd.weight') values[token * size + token] = 1
      if (name === 'output.weight') values[(next.get(token) ?? first) * size + token] = 1
    }
    return { name, dimensions, values }
  })
}

type MakeTensor = (name: string, ...dimensions: readonly [number, number]) => Tensor

function tensorsOf({ tokens }: Vocabulary, width: number, make: MakeTensor): readonly Tensor[] {
  const ones = (name: string): Tensor => ({ name, dimensions: [width], values: new Float32Array(width).fill(1) })
  const layer = (index: number): readonly Tensor[] => [
    ones(`blk.${index}.attn_norm.weight`),
    make(`blk.${index}.attn_q.weight`, width, heads * headSize),
    make(`blk.${index}.attn_k.weight`, width, keyValueHeads * headSize),
    make(`blk.${index}.attn_v.weight`, width, keyValueHeads * headSize),
    make(`blk.${index}.attn_output.weight`, heads * headSize, width),
    ones(`blk.${index}.ffn_norm.weight`),
    make(`blk.${index}.ffn_gate.weight`, width, hiddenSize),
    make(`blk.${index}.ffn_up.weight`, width, hiddenSize),
    make(`blk.${index}.ffn_down.weight`, hiddenSize, width),
  ]
  return [
    make('token_embd.weight', width, tokens.length),
    ...Array.from({ length: layers }, (_, index) => layer(index)).flat(),
    ones('output_norm.weight'),
    make('output.weight', width, tokens.length),
  ]
}

const widthOf = (tensors: readonly Tensor[]) => tensors[0]?.dimensions[0] ?? 0

function describe({ tokens, types, scores }: Vocabulary, width: number, contextTokens: number): readonly Buffer[] {
  return [
    entry('general.architecture', string('llama')),
    entry('general.name', string('tiny')),
    entry('general.alignment', integer(alignment)),
    entry('general.file_type', integer(0)),
    entry('llama.context_length', integer(contextTokens)),
    entry('llama.embedding_length', integer(width)),
    entry('llama.block_count', integer(layers)),
    entry('llama.feed_forward_length', integer(hiddenSize)),
    entry('llama.attention.head_count', integer(heads)),
    entry('llama.attention.head_count_kv', integer(keyValueHeads)),
    entry('llama.attention.key_length', integer(headSize)),
    entry('llama.attention.value_length', integer(headSize)),
    entry('llama.attention.layer_norm_rms_epsilon', float(1e-5)),
    entry('llama.rope.dimension_count', integer(headSize)),
    entry('llama.rope.freq_base', float(10_000)),
    entry('llama.vocab_size', integer(tokens.length)),
    entry('tokenizer.ggml.model', string('llama')),
    entry('tokenizer.ggml.tokens', array(8, tokens.map(text))),
    entry('tokenizer.ggml.scores', array(6, scores.map(f32))),
    entry('tokenizer.ggml.token_type', array(5, types.map(u32))),
    entry('tokenizer.ggml.bos_token_id', integer(1)),
    entry('tokenizer.ggml.eos_token_id', integer(endOfText)),
    entry('tokenizer.ggml.unknown_token_id', integer(0)),
    entry('tokenizer.ggml.add_bos_token', boolean(true)),
    entry('tokenizer.ggml.add_eos_token', boolean(false)),
    entry('tokenizer.chat_template', string(chatTemplate)),
  ]
}

const entry = (key: string, value: Buffer) => Buffer.concat([text(key), value])
const integer = (value: number) => Buffer.concat([u32(4), u32(value)])
const float = (value: number) => Buffer.concat([u32(6), f32(value)])
const boolean = (value: boolean) => Buffer.concat([u32(7), Buffer.from([value ? 1 : 0])])
const string = (value: string) => Buffer.concat([u32(8), text(value)])
const array = (type: number, items: readonly Buffer[]) =>
  Buffer.concat([u32(9), u32(type), u64(items.length), ...items])

function u32(value: number): Buffer {
  const buffer = Buffer.alloc(4)
  buffer.writeUInt32LE(value)
  return buffer
}

function u64(value: number): Buffer {
  const buffer = Buffer.alloc(8)
  buffer.writeBigUInt64LE(BigInt(value))
  return buffer
}

function f32(value: number): Buffer {
  const buffer = Buffer.alloc(4)
  buffer.writeFloatLE(value)
  return buffer
}

function text(value: string): Buffer {
  const bytes = Buffer.from(value, 'utf8')
  return Buffer.concat([u64(bytes.length), bytes])
}

const padded = (length: number) => Math.ceil(length / alignment) * alignment
const pad = (buffer: Buffer) => Buffer.concat([buffer], padded(buffer.length))

/** Normal deviates from a seeded generator (mulberry32 and Box-Muller). */
function gaussian(seed: number): () => number {
  let state = seed >>> 0
  const uniform = () => {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296
  }
  return () => Math.sqrt(-2 * Math.log(1 - uniform())) * Math.cos(2 * Math.PI * uniform())
}
