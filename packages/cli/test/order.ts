import { Pipeline, StageKind, StageOutput } from '@stageflow/core'

/** An order that waits for an answer between two stages. */
export const order = new Pipeline('order')
  .withStage('check', () => ({}), StageKind.GUARD)
  .withStage('price', () => ({ euros: 50, apiKey: 'hunter2' }), { dependencies: ['check'] })
  .withStage(
    'approve',
    ({ inputs, resumed }) => {
      if (resumed === undefined) return StageOutput.suspend({ question: `Pay ${inputs.from('price').euros} euros?` })
      return { answer: String(resumed.answer) }
    },
    { dependencies: ['price'] },
  )
  .withStage('pay', ({ inputs }) => inputs.from('price'), StageKind.WORK, { dependencies: ['price', 'approve'] })
