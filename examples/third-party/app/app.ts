// app.ts
import { Pipeline, StageKind, insertBefore } from '@stageflow/core'
import { getDefaultInterceptors } from '@stageflow/defaults'
import { quota } from 'stageflow-interceptor-quota'

const defaults = getDefaultInterceptors({ logging: false })
const interceptors = insertBefore(defaults, 'timeout', quota({ calls: 2 }))
console.log(
  'Two mails may be sent: a quota of another author is in the list.',
)
console.log(interceptors.map(({ name }) => name).join(' > '))

const graph = new Pipeline('mail')
  .withStage('check', ({ snapshot }) => ({ text: snapshot.inputText }), {
    quota: false,
  })
  .withStage(
    'send',
    ({ inputs }) => ({ sent: inputs.from('check').text }),
    StageKind.WORK,
    { dependencies: ['check'] },
  )
  .build({ interceptors })

for (const mail of ['one', 'one', 'two', 'three']) {
  const extensions = { idempotencyKey: mail }
  const result = await graph.runSettled({ inputText: mail, extensions })
  const calls = result.report.stages['send']?.attempts.length
  const answer =
    calls === 1 ? 'is sent' : 'was sent before, and costs nothing'
  const refusal = result.status === 'failed' && result.errors[0]?.code
  console.log(`mail ${mail}`, refusal ? `is refused: ${refusal}` : answer)
}
