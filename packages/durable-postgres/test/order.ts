import { Pipeline } from '@stageflow/core'

import { ask } from '../../durable-engine/test/open-runs.ts'

/** An order that waits for an answer between two stages. */
export const order = new Pipeline('order')
  .withStage('price', () => ({ total: 5 }))
  .withStage('approve', ask, { dependencies: ['price'] })
  .withStage('pay', ({ inputs }) => ({ paid: inputs.from('price').total }), { dependencies: ['price', 'approve'] })
  .build()
