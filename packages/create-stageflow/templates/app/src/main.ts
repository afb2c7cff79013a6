import { timeline } from '@stageflow/report' // plugin: report
import { chat } from './chat.ts'
import { makeInterceptors } from './interceptors.ts'

const graph = chat.build({
  interceptors: makeInterceptors(),
  ports: { model: async (prompt) => `You sent: ${prompt}` }, // call your model here
})

const result = await graph.runSettled({ inputText: process.argv[2] ?? 'What is a stage?' })
if (result.status === 'completed') console.log(result.data.answer.text)
else if (result.status === 'cancelled') console.log(`No answer: ${result.reason}`)
else if (result.status === 'failed') {
  for (const error of result.errors) console.error(error.message)
  process.exitCode = 1
}
console.log(timeline(result.report)) // plugin: report
