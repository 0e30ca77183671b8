import { HearthError } from '../../common/errors/hearth-error.ts'

/** The router says `profile` and `modalities`; callers of these routes chose both by `model`. */
const publicNames: Readonly<Record<string, string>> = { profile: 'model', modalities: 'model', stream_id: 'model' }

/** What the router answers, its refusals in the names of these routes. */
export async function askRouter<Value>(call: Promise<Value>): Promise<Value> {
  try {
    return await call
  } catch (thrown) {
    const name = thrown instanceof HearthError ? publicNames[thrown.details.param ?? ''] : undefined
    if (!(thrown instanceof HearthError) || name === undefined) throw thrown
    const { code, message, retryable, details } = thrown
    throw new HearthError(code, message, { retryable, details: { ...details, param: name }, cause: thrown })
  }
}
