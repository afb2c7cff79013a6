import { Pipeline } from '@stageflow/core'
import { runDurable } from '@stageflow/core/durable'
import { expect, test } from 'vitest'
import { ArrayExecutor } from '../../core/test/array-executor.ts'
import { spanRecorder } from '../test/span-recorder.ts'
import { tracing } from './index.ts'

test('a leg of a durable run that another process takes over ends its spans', async () => {
  const recorder = spanRecorder()
  const lost = new AbortController()
  const graph = new Pipeline('lost')
    .withStage('done', () => ({}))
    .withStage(
      'open',
      async ({ signal }) => {
        const aborted = new Promise((resolve) => signal.addEventListener('abort', resolve))
        lost.abort(new Error('taken over'))
        await aborted
      },
      { dependencies: ['done'] },
    )
    .build({ interceptors: [tracing({ tracerProvider: recorder.provider })] })
  const executor = new ArrayExecutor([], { lost: lost.signal })
  await expect(runDurable(graph, executor, {})).rejects.toThrow('taken over')
  await expect.poll(() => recorder.tree()).toHaveLength(3)
  expect(recorder.tree()).toEqual([
    'invoke_workflow lost cancelled',
    '  stage done ok',
    expect.stringMatching(/^ {2}stage open/) as string,
  ])
})
