/** Name of the WebSocket subprotocol. */
export const protocolName = 'hearth.v1'

/** Second subprotocol that carries a token: `hearth.bearer.<token>`. Never echoed, never logged. */
export const bearerPrefix = 'hearth.bearer.'

/** Fixed sizes of the protocol (protocol.md §1), in bytes unless the name says otherwise. */
export const protocolLimits = {
  textFrameBytes: 65_536,
  helloFrameBytes: 4096,
  jsonDepth: 32,
  binaryHeaderBytes: 20,
  binaryChunkBytes: 65_536,
} as const
