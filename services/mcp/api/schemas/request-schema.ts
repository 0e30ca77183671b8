import { z } from 'zod'
import { resourceName } from '../../../common/contracts/resource.ts'
import type { PageRequest } from '../../store/store.ts'

/** A route without a body refuses one. */
export const noBody = z.undefined('this route takes no body')

export const noParams = z.strictObject({})
export const noQuery = z.strictObject({})

export const nameParams = z.strictObject({ name: resourceName })

/** Ids are made by the store: letters, digits, `_` and `-`. */
export const idParams = z.strictObject({
  id: z.string().regex(/^[A-Za-z0-9_-]{1,100}$/, 'must be an id as the API gave it'),
})

export const pageFields = {
  limit: z.coerce.number().int().min(1).max(200).default(50).describe('Items on the page'),
  cursor: z.string().min(1).max(1024).exactOptional().describe('`next_cursor` of the page before'),
} as const

export const pageQuery = z.strictObject(pageFields).transform((query): PageRequest => query)

export const searchQuery = z.strictObject({
  query: z.string().max(1024).describe('Words that all have to be found; of the last one its beginning is enough'),
  ...pageFields,
})

/** Any JSON object; it is the merged object that must fit a schema. */
export const patchBody = z.record(z.string(), z.json(), 'a merge patch is a JSON object')
