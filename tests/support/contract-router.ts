import type { AdapterSet } from '../../services/common/contracts/adapter-set.ts'
import { FakeHistory } from '../../services/common/testing/fake-history.ts'
import { createRouter } from '../../services/router/router.ts'
import { profileOf, quiet, snapshotOf } from './run-fixtures.ts'

/** Events of one run that the router of the contract keeps. */
export const contractLogEvents = 4000

const profiles = [profileOf('demo', { default: true }), profileOf('brief', { detach_ttl_seconds: 2 })]

/** The router that the contract runs against, in whatever process: profiles `demo` (default) and `brief` (detach TTL 2 s). */
export const createContractRouter = (adapters: AdapterSet) =>
  createRouter(
    { adapters, history: new FakeHistory(), settings: () => snapshotOf(profiles), log: quiet },
    { logEvents: contractLogEvents },
  )
