import { z } from 'zod'
import type { ErrorCode } from '../../../common/errors/error-table.ts'
import { errorTable, isErrorCode } from '../../../common/errors/error-table.ts'
import { objectMetaShape } from '../../../common/rest/wire-schema.ts'

export const epochMilliseconds = z.int().min(0).describe('Epoch milliseconds')

export const revision = z.int().min(0)

/** `objectMetaShape` in a body: what a client read may be sent back; all but `name` is ignored. */
export const returnedMetaFields = {
  name: objectMetaShape.name.exactOptional().describe('As in the path'),
  origin: objectMetaShape.origin.exactOptional().meta({ readOnly: true }),
  revision: revision.exactOptional().meta({ readOnly: true }),
  created_at: epochMilliseconds.exactOptional().meta({ readOnly: true }),
  updated_at: epochMilliseconds.exactOptional().meta({ readOnly: true }),
} as const

export const pageOf = <Item extends z.ZodType>(item: Item) =>
  z.strictObject({
    data: z.array(item),
    next_cursor: z.string().nullable().describe('Give it as `cursor` for the next page; null on the last'),
  })

const errorCodes = Object.keys(errorTable).filter(isErrorCode)

/** RFC 9457, with Hearth's members. */
export const problem = z.strictObject({
  type: z.string(),
  title: z.string(),
  status: z.int(),
  detail: z.string().describe('What to do'),
  code: z.enum<readonly ErrorCode[]>(errorCodes),
  retryable: z.boolean(),
  retry_after_ms: z.int().exactOptional(),
  param: z.string().exactOptional().describe('Path of the offending field'),
  origin: z.string().exactOptional().describe('Who owns a read-only object'),
  current_revision: revision.exactOptional().describe('On 412: where the object is now'),
})

export const openApiView = z.looseObject({ openapi: z.literal('3.1.0') })
