import { isStageEvent } from '@stageflow/core'
import { timeline } from '@stageflow/report' // plugin: report
import { chat } from './chat.ts'
import { makeInterceptors } from './interceptors.ts'
import { openModel } from './model.ts'
import { devToken } from './token.ts' // plugin: auth

const graph = chat.build({
  interceptors: makeInterceptors(),
  ports: { model: openModel(process.env) },
})

const run = graph.start(
  { inputText: process.argv[2] ?? 'What is a stage?' },
  { token: devToken('ada') }, // plugin: auth
)
for await (const event of run) if (isStageEvent(event, 'chunk')) process.stdout.write(String(event.data.chunk))
console.log()
const result = await run.settled
if (result.status === 'cancelled') console.log(`No answer: ${result.reason}`)
else if (result.status === 'failed') {
  for (const error of result.errors) console.error(error.message)
  process.exitCode = 1
}
console.log(timeline(result.report)) // plugin: report
