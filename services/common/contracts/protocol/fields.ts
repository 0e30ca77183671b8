import { z } from 'zod'

/** Fields that stand at the top level of every message that has them. */
export const streamId = z.string().min(1).max(64).describe('Lane, chosen by the client; runs of one lane are FIFO')
export const eventId = z.string().min(1).max(128).describe('Chosen by the client, echoed in replies and errors')
export const responseId = z.string().min(1).max(128).describe('Id of a run')
export const sequenceNumber = z.int().min(0).describe('Position in the response, from 0, gap-free')

/** A bearer token: visible ASCII, as it fits a header. */
export const token = z
  .string()
  .min(1)
  .max(1024)
  .regex(/^[\x21-\x7e]+$/, 'must be visible ASCII')
  .describe('A token; never logged')

/** Fields every client message may have. */
export const clientFields = { event_id: eventId.optional() } as const
