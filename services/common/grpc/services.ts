import type { MethodDefinition } from 'nice-grpc'
import {
  AdapterServiceDefinition,
  DescribeRequest,
  DescribeResponse,
  EmbedCall,
  GenerateBatch,
  GenerateCall,
  GenerateMessage,
} from '../../../proto/gen/hearth/v1/adapter.ts'
import { Embeddings } from '../../../proto/gen/hearth/v1/generate.ts'
import {
  AttachMessage,
  AttachRequest,
  CancelRequest,
  CancelResponse,
  RouterEmbedRequest,
  RouterEmbedResponse,
  RouterServiceDefinition,
  RunEventBatch,
  RunsRequest,
  RunsResponse,
  StartRequest,
} from '../../../proto/gen/hearth/v1/router.ts'
import { RunRef } from '../../../proto/gen/hearth/v1/run.ts'
import type { BatchFraming, Codec } from './batch-frames.ts'

const unary = <Request, Response>(
  path: string,
  request: Codec<Request>,
  response: Codec<Response>,
): MethodDefinition<Request, Request, Response, Response, false, false> => ({
  path,
  requestStream: false,
  responseStream: false,
  requestSerialize: (message) => request.encode(message).finish(),
  requestDeserialize: (bytes) => request.decode(bytes),
  responseSerialize: (message) => response.encode(message).finish(),
  responseDeserialize: (bytes) => response.decode(bytes),
  options: {},
})

/** The server hands over encoded messages (batch-frames.ts): each is encoded once, and its size is known. */
const batches = <Request, Message>(
  path: string,
  request: Codec<Request>,
  message: Codec<Message>,
): MethodDefinition<Request, Request, Uint8Array, Message, false, true> => ({
  ...unary(path, request, message),
  responseStream: true,
  responseSerialize: (bytes) => bytes,
})

const router = (method: keyof typeof RouterServiceDefinition.methods) =>
  `/${RouterServiceDefinition.fullName}/${RouterServiceDefinition.methods[method].name}`

const adapter = (method: keyof typeof AdapterServiceDefinition.methods) =>
  `/${AdapterServiceDefinition.fullName}/${AdapterServiceDefinition.methods[method].name}`

/** nice-grpc's own form of the generated definitions, without the deep copy that `fromPartial` makes of each message. */
export const routerService = {
  start: unary(router('start'), StartRequest, RunRef),
  attach: batches(router('attach'), AttachRequest, AttachMessage),
  runs: batches(router('runs'), RunsRequest, RunsResponse),
  cancel: unary(router('cancel'), CancelRequest, CancelResponse),
  embed: unary(router('embed'), RouterEmbedRequest, RouterEmbedResponse),
}

export const adapterService = {
  describe: unary(adapter('describe'), DescribeRequest, DescribeResponse),
  generate: batches(adapter('generate'), GenerateCall, GenerateMessage),
  embed: unary(adapter('embed'), EmbedCall, Embeddings),
}

export const runEventFraming: BatchFraming<RunEventBatch> = { batch: RunEventBatch, frame: AttachMessage }
export const generateFraming: BatchFraming<GenerateBatch> = { batch: GenerateBatch, frame: GenerateMessage }

export const serviceNames = {
  router: RouterServiceDefinition.fullName,
  adapters: AdapterServiceDefinition.fullName,
} as const
