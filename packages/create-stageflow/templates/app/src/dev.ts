import { createInterface } from 'node:readline'
import { setEventSink } from '@stageflow/core'
import { inspector } from '@stageflow/inspector'
import { chat } from './chat.ts'
import { makeInterceptors } from './interceptors.ts'
import { openModel } from './model.ts'
import { devToken } from './token.ts' // plugin: auth

// Answers what you type, and shows each run on a page of this machine, until Ctrl-D.

const page = inspector({ data: true })
setEventSink(page)
const { url } = await page.listen()
console.log(`Open ${url}, and type a question. Ctrl-D ends.`)

const graph = chat.build({
  interceptors: makeInterceptors(),
  ports: { model: openModel(process.env) },
})
for await (const inputText of createInterface({ input: process.stdin })) {
  const result = await graph.runSettled(
    { inputText },
    { token: devToken('ada') }, // plugin: auth
  )
  console.log(result.status === 'completed' ? 'completed' : `${result.status}: the page says why`)
}
await page.close()
