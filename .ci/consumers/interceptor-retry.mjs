import assert from 'node:assert/strict'

import { Pipeline } from '@stageflow/core'
import { retry } from '@stageflow/interceptor-retry'

const busy = Object.assign(new Error('the service is busy'), { status: 503 })
const graph = new Pipeline('weather')
  .withStage('fetch', ({ attempt }) => (attempt < 3 ? Promise.reject(busy) : { degrees: 21 }))
  .build({ interceptors: [retry({ baseMs: 1, jitter: 'none' })] })
const { data, report } = await graph.run()
assert.deepEqual(data.fetch, { degrees: 21 })
assert.deepEqual(report.stages['fetch']?.notes.retry, { delaysMs: [1, 2], exhausted: false })
