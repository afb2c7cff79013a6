import { readFileSync } from 'node:fs'
import { join } from 'node:path'

// One fault in each kind that `npm create stageflow` makes: in its main file, and found by its contract or its tests.

export const FAULTS = {
  app: { file: 'src/chat.ts', before: "question === '')", after: "question === 'x')" },
  service: { file: 'src/chat.ts', before: "question === '')", after: "question === 'x')" },
  interceptor: {
    file: 'src/token-quota.ts',
    before: 'const startedAt = context.now',
    after: 'context.clock.setTimeout(() => {}, 60_000); const startedAt = context.now',
  },
  sink: { file: 'src/token-quota-sink.ts', before: 'lines.push(lineOf', after: 'lines.unshift(lineOf' },
  exporter: { file: 'src/token-quota-exporter.ts', before: 'if (response.ok) return', after: 'if (response) return' },
  store: {
    file: 'src/token-quota-store.ts',
    before: 'AND token = :token AND value IS NULL',
    after: 'AND token = :token',
  },
}

/** What no test runs, and only the type check of the tests sees. */
export const TYPE_FAULT = "\nexport const count: number = 'one'\n"

/** The commands of the workflow ci.yml of a plugin, in their order. */
export function workflowCommands(folder) {
  const workflow = readFileSync(join(folder, '.github/workflows/ci.yml'), 'utf8')
  return [...workflow.matchAll(/^ +(?:- )?run: (.+)$/gm)].map(([, command]) => command)
}
