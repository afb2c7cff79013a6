import { appendFileSync } from 'node:fs'

import { Pipeline, StageOutput } from '@stageflow/core'
import type { DurableRuns, EngineOptions } from '@stageflow/durable-engine'

// `node one-process.ts <opener> <command> <address> <lines> <run id>`: one process of an app. Each stage appends a line to a file. Prints how the
// run has ended, as JSON.

/** What an opener exports: it opens the runs of an app, in a process of its own. */
export type OpenApp = (address: string, options: EngineOptions) => DurableRuns

const [opener = '', command = '', address = '', lines = '', runId = ''] = process.argv.slice(2)
const line = (text: string): void => appendFileSync(lines, `${text}\n`)

const graph = new Pipeline('app')
  .withStage('first', ({ snapshot }) => {
    line('first')
    return { first: snapshot.inputText }
  })
  .withStage(
    'work',
    async ({ signal, snapshot }) => {
      line(`work ${command}`)
      if (snapshot.inputText === 'crash') process.exit(7)
      if (command !== 'hang') return { by: command }
      const timer = setInterval(() => {}, 1_000)
      await new Promise((_, reject) => {
        signal.addEventListener('abort', () => reject(signal.reason as Error))
      }).finally(() => clearInterval(timer))
      return { by: 'nobody' }
    },
    { dependencies: ['first'] },
  )
  .withStage(
    'ask',
    ({ resumed, snapshot }) =>
      snapshot.inputText !== 'ask' || resumed !== undefined
        ? { answer: resumed?.answer }
        : StageOutput.suspend('what?'),
    { dependencies: ['work'] },
  )
  .build()

// Short only if the process is going to die. A process that lives must renew its lease in time, however busy the machine is.
const LEASES: Readonly<Record<string, number>> = { hang: 1_500, crash: 400 }
const { openApp } = (await import(opener)) as { readonly openApp: OpenApp }
const durable = openApp(address, {
  leaseMs: LEASES[command] ?? LEASES[runId.split('-')[0] as string] ?? 60_000,
  maxRecoveries: 1,
})
let ended: unknown
if (command === 'cancel') ended = await durable.cancel(runId, 'by another process')
else if (command === 'recover') ended = await durable.recover(graph)
else {
  const inputText = runId.split('-')[0] as string
  const run = command.startsWith('answer')
    ? durable.resume(graph, runId, { ask: command })
    : durable.run(graph, { inputText }, { runId })
  ended = await run.then(
    ({ status, data }) => ({ status, data }),
    (error: { code: string; message: string }) => ({ code: error.code, message: error.message }),
  )
}
await durable.close()
console.log(JSON.stringify(ended))
