import { styleText } from 'node:util'
import type { Compensation } from '@stageflow/tool-executor'
import type { ToolResult } from '@stageflow/tools'

const SIGNS = {
  completed: ['green', '✓'],
  failed: ['red', '✗'],
  denied: ['yellow', '⊘'],
  cancelled: ['yellow', '⊘'],
  unresolved: ['magenta', '?'],
} as const

/** A line for each call: how it ended, and what the model is told. Coloured only on a terminal. */
export function printResults(provider: string, results: readonly ToolResult[]): void {
  console.log(styleText('bold', provider))
  for (const result of results) {
    const [color, sign] = SIGNS[result.status]
    console.log(`  ${styleText(color, sign)} ${(result.name ?? '').padEnd(13)} ${textOf(result)}`)
    if ('partials' in result && result.partials.length > 0)
      console.log(`    ${styleText('dim', `kept: ${JSON.stringify(result.partials)}`)}`)
  }
}

export function printCompensation({ undone, failed, expired }: Compensation, files: readonly string[]): void {
  console.log(styleText('bold', 'Undo of the whole run'))
  for (const { toolName, callId } of undone) console.log(`  ${styleText('cyan', '↶')} ${toolName} ${callId}`)
  console.log(
    `  ${undone.length} undone, ${failed.length} failed, ${expired.length} too old; files left: ${files.length}`,
  )
}

/** How many events of each type there were. */
export function printEvents(events: readonly { readonly type: string }[]): void {
  const counts = new Map<string, number>()
  for (const { type } of events) if (/^tools?\./.test(type)) counts.set(type, (counts.get(type) ?? 0) + 1)
  console.log(styleText('bold', 'Events'))
  console.log(`  ${[...counts].map(([type, count]) => `${type} ${count}`).join(', ')}`)
}

function textOf(result: ToolResult): string {
  if (result.status === 'completed') return JSON.stringify(result.output)
  return result.status === 'failed' ? `${result.error.message} [${result.error.code}]` : result.message
}
