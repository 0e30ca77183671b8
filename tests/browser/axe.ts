import axe from 'axe-core'
import type { Page } from 'playwright-core'

interface Violation {
  readonly id: string
  readonly impact: string | null
  readonly help: string
  readonly nodes: readonly { readonly target: readonly unknown[]; readonly failureSummary?: string }[]
}

/**
 * What axe finds serious or critical in what is shown, a line each. It goes in by the debugger: the policy of the page
 * lets no script in otherwise.
 */
export async function seriousFindings(page: Page): Promise<readonly string[]> {
  const client = await page.context().newCDPSession(page)
  try {
    await client.send('Runtime.evaluate', { expression: axe.source })
    const { result, exceptionDetails } = await client.send('Runtime.evaluate', {
      expression:
        'axe.run(document, { resultTypes: ["violations"] }).then(({ violations }) => JSON.stringify(violations))',
      awaitPromise: true,
      returnByValue: true,
    })
    if (exceptionDetails !== undefined) throw new Error(`axe failed: ${exceptionDetails.text}`)
    const violations: readonly Violation[] = JSON.parse(String(result.value))
    return violations.filter(({ impact }) => impact === 'serious' || impact === 'critical').flatMap(describeViolation)
  } finally {
    await client.detach()
  }
}

const describeViolation = ({ id, help, nodes }: Violation): readonly string[] =>
  nodes.map(({ target, failureSummary }) => `${id}: ${help}: ${target.flat().join(' ')}: ${failureSummary ?? ''}`)
