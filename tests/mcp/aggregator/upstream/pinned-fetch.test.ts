import { expect, test } from 'vitest'
import type { HostAddress } from '../../../../services/mcp/aggregator/upstream/http/egress-rule.ts'
import { createPinnedFetch } from '../../../../services/mcp/aggregator/upstream/http/pinned-fetch.ts'
import { PinnedWire } from '../../../../services/mcp/aggregator/upstream/http/pinned-wire.ts'

const wireTo = (addresses: readonly HostAddress[]) =>
  new PinnedWire({ addressesOf: () => Promise.resolve(addresses) }, 2)

// No TCP connection can be made to a broadcast address: the system refuses it at once, before anybody waits for an answer.
const dead: readonly HostAddress[] = [
  { address: '255.255.255.255', family: 4 },
  { address: '::ffff:255.255.255.255', family: 6 },
]

test.each([
  ['https', 1],
  ['https', 2],
  ['http', 1],
  ['http', 2],
])(
  'over %s a host with %d addresses that cannot be reached fails its request and nothing else',
  async (scheme, count) => {
    const wire = wireTo(dead.slice(0, count))
    const fetch = createPinnedFetch(wire, { maxMessageBytes: 1000 })
    await expect(fetch(`${scheme}://dead.example/mcp`)).rejects.toBeInstanceOf(Error)
    wire.close()
  },
)
