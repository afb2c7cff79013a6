// app.ts
import { Pipeline, StageKind, insertBefore } from '@stageflow/core'
import { getDefaultInterceptors } from '@stageflow/defaults'
import { quota } from 'stageflow-interceptor-quota'

const defaults = getDefaultInterceptors({ logging: false })
const interceptors = insertBefore(defaults, 'timeout', quota({ calls: 2 }))
console.log(interceptors.map(({ name }) => name).join(', '))

const graph = new Pipeline('mail')
  .withStage('check', ({ snapshot }) => ({ text: snapshot.inputText }), { quota: false })
  .withStage('send', ({ inputs }) => ({ sent: inputs.from('check').text }), StageKind.WORK, { dependencies: ['check'] })
  .build({ interceptors })

for (const inputText of ['one', 'one', 'two', 'three']) {
  const result = await graph.runSettled({ inputText, extensions: { idempotencyKey: inputText } })
  const what = result.status === 'failed' ? result.errors[0]?.code : result.data.send?.sent
  const attempts = result.report.stages['send']?.attempts.length
  console.log(`${inputText}: ${result.status}, ${what}, attempts: ${attempts}`)
}
