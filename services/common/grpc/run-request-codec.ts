import { z } from 'zod'
import {
  OnDisconnect,
  type CallerImage as WireCallerImage,
  type CallerParameters as WireCallerParameters,
  CancelReason as WireCancelReason,
  type InputItem as WireInputItem,
  Modality as WireModality,
  type Principal as WirePrincipal,
  type RunRequest as WireRunRequest,
} from '../../../proto/gen/hearth/v1/run.ts'
import { type Principal, roles, scopes } from '../contracts/principal.ts'
import type {
  CallerImage,
  CallerParameters,
  CancelReason,
  InputItem,
  Modality,
  RunRequest,
} from '../contracts/run-request.ts'
import { decodePicture, encodePicture } from './generate-event-codec.ts'
import {
  chatRoles,
  decodeContentPart,
  decodeResponseFormat,
  decodeTool,
  decodeToolChoice,
  encodeContentPart,
  encodeResponseFormat,
  encodeTool,
  encodeToolChoice,
  imageFormat,
} from './generate-request-codec.ts'
import { dropUndefined, enumCodec, parseJson, parseWire, present } from './wire-values.ts'

const modalities = enumCodec<Modality, WireModality>({ text: WireModality.TEXT, image: WireModality.IMAGE })

const disconnects = enumCodec<RunRequest['onDisconnect'], OnDisconnect>({
  continue: OnDisconnect.CONTINUE,
  cancel: OnDisconnect.CANCEL,
})

export const cancelReasons = enumCodec<CancelReason, WireCancelReason>({
  requested: WireCancelReason.REQUESTED,
  disconnected: WireCancelReason.DISCONNECTED,
  draining: WireCancelReason.DRAINING,
  ttl: WireCancelReason.TTL,
})

const metadata = z.record(z.string(), z.string())
const role = z.enum(roles)
const scopeList = z.array(z.enum(scopes))
const speaker = z.enum(['system', 'user', 'assistant'])

export function encodeRunRequest(runRequest: RunRequest): WireRunRequest {
  const { metadata: labels, parameters, image, previousResponseId, ...request } = runRequest
  return {
    ...request,
    branchPoint: encodeBranchPoint(previousResponseId),
    input: request.input.map(encodeInput),
    tools: request.tools.map(encodeTool),
    toolChoice: encodeToolChoice(request.toolChoice),
    responseFormat: encodeResponseFormat(request.responseFormat),
    modalities: request.modalities.map(modalities.encode),
    onDisconnect: disconnects.encode(request.onDisconnect),
    metadataJson: JSON.stringify(labels),
    parameters: parameters === undefined ? undefined : encodeParameters(parameters),
    image: image === undefined ? undefined : encodeImage(image),
  }
}

export function decodeRunRequest({ metadataJson, ...request }: WireRunRequest): RunRequest {
  const { idempotencyKey, profile, conversation, instructions, maxOutputTokens, temperature } = request
  return {
    lane: present(request.lane, 'lane'),
    ...dropUndefined({ idempotencyKey, profile, conversation, instructions, maxOutputTokens, temperature }),
    ...decodeBranchPoint(request.branchPoint),
    input: request.input.map(decodeInput),
    tools: request.tools.map(decodeTool),
    toolChoice: decodeToolChoice(request.toolChoice),
    responseFormat: decodeResponseFormat(request.responseFormat),
    modalities: request.modalities.map(modalities.decode),
    timeouts: dropUndefined(present(request.timeouts, 'timeouts')),
    onDisconnect: disconnects.decode(request.onDisconnect),
    metadata: parseWire(metadata, parseJson(metadataJson)),
    ...(request.parameters === undefined ? {} : { parameters: decodeParameters(request.parameters) }),
    ...(request.image === undefined ? {} : { image: decodeImage(request.image) }),
  }
}

function encodeBranchPoint(previousResponseId: RunRequest['previousResponseId']): WireRunRequest['branchPoint'] {
  if (previousResponseId === undefined) return undefined
  if (previousResponseId === null) return { $case: 'conversationStart', value: true }
  return { $case: 'previousResponseId', value: previousResponseId }
}

function decodeBranchPoint(point: WireRunRequest['branchPoint']): Pick<RunRequest, 'previousResponseId'> {
  if (point === undefined) return {}
  return { previousResponseId: point.$case === 'conversationStart' ? null : point.value }
}

const encodeParameters = ({ stop, ...parameters }: CallerParameters): WireCallerParameters => ({
  ...parameters,
  stop: stop === undefined ? undefined : { texts: [...stop] },
})

const decodeParameters = ({ stop, ...parameters }: WireCallerParameters): CallerParameters => ({
  ...dropUndefined(parameters),
  ...(stop === undefined ? {} : { stop: stop.texts }),
})

const encodeImage = ({ mask, ...image }: CallerImage): WireCallerImage => ({
  ...image,
  mask: mask === undefined ? undefined : encodePicture(mask),
})

function decodeImage({ mask, format, ...image }: WireCallerImage): CallerImage {
  return {
    ...dropUndefined(image),
    ...(format === undefined ? {} : { format: parseWire(imageFormat, format) }),
    ...(mask === undefined ? {} : { mask: decodePicture(mask) }),
  }
}

function encodeInput(item: InputItem): WireInputItem {
  switch (item.type) {
    case 'message': {
      const value = { role: chatRoles.encode(item.role), content: item.content.map(encodeContentPart) }
      return { item: { $case: 'message', value } }
    }
    case 'function_call':
      return { item: { $case: 'functionCall', value: item } }
    case 'function_call_output':
      return { item: { $case: 'functionCallOutput', value: item } }
  }
}

function decodeInput({ item }: WireInputItem): InputItem {
  const { $case, value } = present(item, 'item')
  switch ($case) {
    case 'message': {
      const by = parseWire(speaker, chatRoles.decode(value.role))
      return { type: 'message', role: by, content: value.content.map(decodeContentPart) }
    }
    case 'functionCall':
      return { type: 'function_call', ...value }
    case 'functionCallOutput':
      return { type: 'function_call_output', ...value }
  }
}

export const encodePrincipal = (principal: Principal): WirePrincipal => principal

export function decodePrincipal(wire: WirePrincipal | undefined): Principal {
  const { user, expiresAt, ...principal } = present(wire, 'caller')
  return {
    ...principal,
    ...dropUndefined({ user, expiresAt }),
    role: parseWire(role, principal.role),
    scopes: parseWire(scopeList, principal.scopes),
  }
}
