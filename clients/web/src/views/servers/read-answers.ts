import {
  hasFields,
  isFlag,
  isNumber,
  isOneOf,
  isText,
  listOf,
  maybe,
  orNull,
  shapeReader,
} from '../../protocol/read-shape.ts'
import type { HouseAuditEntry, HouseServer, HouseTool } from './house-shapes.ts'

export const readServer = shapeReader<HouseServer>({
  name: isText,
  origin: isOneOf(['config', 'cluster', 'api']),
  revision: isNumber,
  enabled: isFlag,
  command: maybe(isText),
  args: maybe(listOf(isText)),
  url: maybe(isText),
  status: maybe(
    hasFields({
      state: isText,
      last_error: maybe(isText),
      tools: maybe(hasFields({ on: isNumber, off: isNumber, quarantined: isNumber })),
    }),
  ),
})

const isDefinition = hasFields({ name: maybe(isText), title: maybe(isText), description: maybe(isText) })

export const readTool = shapeReader<HouseTool>({
  server: isText,
  name: isText,
  exposed_name: isText,
  definition: isDefinition,
  hash: isText,
  approved_hash: orNull(isText),
  approved_definition: maybe(isDefinition),
  state: isOneOf(['active', 'quarantined', 'gone']),
  reason: orNull(isText),
  enabled: isFlag,
  pinned: isFlag,
  callable: isFlag,
  tokens: isNumber,
  revision: isNumber,
})

export const readAuditEntry = shapeReader<HouseAuditEntry>({
  id: isNumber,
  at: isNumber,
  principal: isText,
  action: isText,
  target: isText,
  outcome: isOneOf(['ok', 'failed', 'blocked']),
  code: orNull(isText),
  detail: orNull(isText),
})

export const readSignIn = shapeReader<{ readonly authorization_url: string }>({ authorization_url: isText })
