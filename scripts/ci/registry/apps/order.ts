import { Pipeline, StageKind, insertAfter } from '@stageflow/core'
import { getDefaultInterceptors } from '@stageflow/defaults'
import { retry } from '@stageflow/interceptor-retry'
import { quota } from 'stageflow-interceptor-quota'

// The defaults, an interceptor of another author in the middle of them, and one of ours that the defaults don't have.

const defaults = getDefaultInterceptors({ logging: false })
const interceptors = insertAfter(
  insertAfter(defaults, 'timeout', quota({ calls: 2 })),
  'quota',
  retry({ attempts: 2, baseMs: 1 }),
)
console.log(interceptors.map(({ name }) => name).join(', '))

let calls = 0
const graph = new Pipeline('mail')
  .withStage('check', ({ snapshot }) => ({ text: snapshot.inputText }), { quota: false })
  .withStage(
    'send',
    ({ inputs }) => {
      calls += 1
      if (calls === 1) throw Object.assign(new Error('busy'), { status: 503 })
      return { sent: inputs.from('check').text }
    },
    StageKind.TRANSFORM,
    { dependencies: ['check'] },
  )
  .build({ interceptors })

for (const inputText of ['one', 'two', 'three']) {
  const result = await graph.runSettled({ inputText })
  const what = result.status === 'failed' ? result.errors[0]?.code : result.data.send?.sent
  console.log(`${inputText}: ${result.status}, ${what}, attempts: ${result.report.stages['send']?.attempts.length}`)
}
