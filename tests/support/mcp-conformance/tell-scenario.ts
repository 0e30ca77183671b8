// The command that the conformance suite starts for each scenario of a client: `node tell-scenario.ts CONTROL URL`. Has the
// scenario played by the test that listens at CONTROL, and ends as it did. Small, since dozens start at once.
const [control, url] = process.argv.slice(2)
const answer = await fetch(String(control), {
  method: 'POST',
  body: JSON.stringify({
    url,
    scenario: process.env['MCP_CONFORMANCE_SCENARIO'],
    context: JSON.parse(process.env['MCP_CONFORMANCE_CONTEXT'] ?? '{}'),
  }),
})
const said = await answer.text()
if (!answer.ok) console.error(said)
process.exitCode = answer.ok ? 0 : 1
