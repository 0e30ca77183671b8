import { errorRow, errorTable, isErrorCode } from '../../services/common/errors/error-table.ts'
import { code, generatedNotice, markdownTable } from './markdown.ts'

const INTRO = `# Errors

Every failure has one code of this closed set; the prefix names the domain at fault: \`caller\` the request, \`policy\` a
rule of this house, \`provider\` the vendor or engine, \`tool\`, \`device\`, \`store\`, and \`gateway\` Hearth itself. The message
of an error says what to do. *Retryable* says whether the same request may succeed later; an error may say otherwise of
itself. The close code is used only when the failure ends the WebSocket. REST answers are RFC 9457 problem documents with
\`code\`; the OpenAI-compatible routes use the columns *OpenAI type* and *OpenAI code*.
`

/** docs/reference/errors.md: all columns of the error table. */
export function errorsPage(): string {
  const rows = Object.keys(errorTable)
    .filter(isErrorCode)
    .map((name) => {
      const row = errorRow(name)
      return [
        code(name),
        row.meaning,
        row.retryable ? 'yes' : 'no',
        String(row.http),
        row.grpc,
        String(row.close),
        code(row.openaiType),
        code(row.openaiCode ?? ''),
      ]
    })
  const head = ['Code', 'Meaning', 'Retryable', 'HTTP', 'gRPC', 'Close', 'OpenAI type', 'OpenAI code']
  return `${generatedNotice('services/common/errors/error-table.ts')}${INTRO}\n${markdownTable(head, rows)}`
}
