import { setTimeout as wait } from 'node:timers/promises'
import { trace } from '@opentelemetry/api'
import { Pipeline, StageflowError, StageKind, StageOutput } from '@stageflow/core'

const search = new Pipeline('search')
  .withStage('embed', () => wait(20, {}))
  .withStage('query', queryDocuments, { dependencies: ['embed'] })

/** A chat whose model is busy at the first attempt, or down if the question says so. The waits stand for services. */
export const chat = new Pipeline('chat')
  .withStage('guard', () => wait(8, {}), StageKind.GUARD)
  .withStage('profile', () => wait(50, { name: 'Ada' }), StageKind.ENRICH, { dependencies: ['guard'] })
  .withPipeline('memory', search, { dependencies: ['guard'] })
  .withStage(
    'llm',
    async (context) => {
      const { snapshot, attempt, signal } = context
      await wait(60, undefined, { signal })
      if (snapshot.inputText === 'down') return StageOutput.fail(new StageflowError('model/down', 'The model is down.'))
      if (attempt === 1) return StageOutput.retry('The model is busy.')
      context.note('usage', { inputTokens: 120, outputTokens: 34 })
      return StageOutput.ok({ text: 'Hello, Ada.' })
    },
    { dependencies: ['profile', 'memory'] },
  )
  .withStage('persist', () => wait(10, {}), StageKind.WORK, { dependencies: ['llm'] })

/** An instrumented database client makes such a span by itself. It is below the stage. */
async function queryDocuments() {
  const span = trace.getTracer('database').startSpan('SELECT documents')
  await wait(30)
  span.end()
  return { found: 3 }
}
