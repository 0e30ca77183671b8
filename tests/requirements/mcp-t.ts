import { requirementsOf } from './requirement.ts'

const conformance = 'tests/system/mcp-conformance.test.ts'
const real = 'tests/system/mcp-real.test.ts'
const scale = 'tests/system/mcp-scale.test.ts'
const trust = 'tests/system/mcp-trust.test.ts'
const python = 'tests/clients/python-mcp.system.test.ts'
const fakes = 'tests/common/testing/fake-upstreams.test.ts'

/** What is accepted of MCP, against whole houses, real servers and unmodified clients. */
export const mcpAcceptanceRequirements = [
  ...requirementsOf('accept.1', 'mcp acceptance 1', [
    [
      'mcp-conformance-server',
      'The conformance suite passes through the house, of both revisions, before upstreams of both eras.',
      `${conformance}: is kept by the fixture alone, so that what fails behind the house is of the house`,
      `${conformance}: is kept through the house, before an upstream that speaks %s`,
    ],
    [
      'mcp-conformance-client',
      "Towards the suite's scenario servers the house is a client that conforms, signing in included.",
      `${conformance}: is kept by the house towards each scenario's server, called through /mcp`,
    ],
  ]),
  ...requirementsOf('accept.2', 'mcp acceptance 2', [
    [
      'mcp-many-upstreams',
      'With 300 upstreams of which 90 are sick lists come from the store, healthy calls are answered, nothing is left.',
      `${scale}: stands before 300 upstreams of which 90 are dead, slow or flooding`,
    ],
  ]),
  ...requirementsOf('accept.3', 'mcp acceptance 3', [
    [
      'mcp-toggle-truth',
      'What is off is in no list and reaches no upstream; who is concerned is told, nobody else.',
      `${scale}: tells the truth about what is switched off, to 20 clients of both eras`,
    ],
  ]),
  ...requirementsOf('accept.6', 'mcp acceptance 6', [
    [
      'mcp-stable-names',
      'Two filesystem servers keep the names of their tools across restart, order, a third and one that goes.',
      `${real}: keep the names of their tools through a restart, another order, a third of the same kind, and one that goes`,
    ],
  ]),
  ...requirementsOf('accept.7', 'mcp acceptance 7', [
    [
      'mcp-attacks',
      'Rug pulls, shadowing, heavy schemas, hidden text, redirects, token echoes and foreign states are blocked and audited.',
      `${trust}: a rug pull: the changed tool waits for approval, the others go on, and it is on record`,
      `${trust}: hidden characters, shadowing and reserved names: nothing of it reaches a client`,
      `${trust}: schemas that nobody should walk: refused, their neighbour is listed`,
      `${trust}: a redirect to an address that is not theirs: not followed`,
      `${trust}: asking for the token of the client: it never left the house`,
      `${trust}: an answer over the cap: refused with its code, not cut`,
      `${trust}: the own one is taken once it comes back; a changed one and one of somebody else are refused`,
    ],
  ]),
  ...requirementsOf('accept.8', 'mcp acceptance 8', [
    [
      'mcp-python-clients',
      'The official Python client and fastmcp, unmodified, list, call, answer, read, subscribe and are told.',
      `${python}: the Python package %s (%s) lists, calls, answers, reads and is told`,
    ],
  ]),
  ...requirementsOf('accept.9', 'mcp acceptance 9', [
    [
      'mcp-speed',
      'Lists of many tools are quick, calls through the house are many, 500 listeners are told at once.',
      `${scale}: lists 500 tools of 100 servers, calls them, and tells every listener of a change`,
    ],
  ]),
  ...requirementsOf('accept.0', 'mcp real parts', [
    [
      'mcp-real-servers',
      'Real servers of npm and PyPI are started, listed and called, over every transport.',
      `${real}: are started, listed and called, by clients of both eras; none outlives the house`,
      `${real}: are reached over streamable HTTP and over the old HTTP+SSE too`,
      `${real}: are started, listed and called`,
    ],
    [
      'mcp-simulated-servers',
      'Hundreds of upstreams are simulated by one process: both eras, delays, crashes, floods, clashing names.',
      `${fakes}: lists in pages, calls, asks in the middle and tells of changes`,
      `${fakes}: goes through standard input and output too`,
      `${fakes}: plays the dead, the redirecting and the one that asks for a login, each by itself`,
    ],
  ]),
]
