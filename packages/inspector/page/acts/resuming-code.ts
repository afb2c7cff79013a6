import type { Question, RunSummary } from '../../src/protocol.ts'

/** The line that answers a question. A run of a journal is found by its id, and any other one by its result. */
export function resumingCode({ id, origin }: RunSummary, { path }: Question): string {
  const answers = path.reduceRight((inner, name) => `{ ${keyOf(name)}: ${inner} }`, 'answer')
  if (origin === 'journal') return `await runs.resume(graph, ${quoted(id)}, ${answers})`
  return `import { resumeRun } from '@stageflow/core/durable'\n\nawait resumeRun(graph, result, ${answers})`
}

function keyOf(name: string): string {
  return /^[a-z_$][\w$]*$/i.test(name) || /^\d+$/.test(name) ? name : quoted(name)
}

function quoted(text: string): string {
  return `'${text.replaceAll('\\', '\\\\').replaceAll("'", "\\'")}'`
}
