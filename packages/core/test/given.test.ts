import { expect, test } from 'vitest'
import { Pipeline } from '../src/index.ts'
import type { ContextSnapshot, Interceptor } from '../src/index.ts'

test('run.given is what the caller of the run at the top passed, in every run of the tree', async () => {
  const seen: Record<string, [given: ContextSnapshot, own: string | undefined]> = {}
  const watching: Interceptor = {
    name: 'watching',
    wrapRun: (next) => (run) => next(run.with({ snapshot: run.snapshot.withConversation({ inputText: 'changed' }) })),
    onCall:
      ({ name }) =>
      ({ run, snapshot }) =>
        void (seen[name] = [run.given, snapshot.inputText]),
  }
  const inner = new Pipeline('inner').withStage('deep', () => ({}))
  const middle = new Pipeline('middle').withStage('child', async (context) => {
    const { status } = await context.runChild(inner, { inputText: 'words' })
    return { status }
  })
  const graph = new Pipeline('outer')
    .withStage('top', () => ({}))
    .withPipeline('kid', middle, { dependencies: ['top'], input: () => ({ inputText: 'of a model' }) })
    .build({ interceptors: [watching] })
  const { report } = await graph.run({ inputText: 'given', metadata: { cents: 10 } })
  expect(Object.keys(seen).toSorted()).toEqual(['child', 'deep', 'kid', 'top'])
  const [first] = seen['top']!
  for (const [given, own] of Object.values(seen)) {
    expect(given).toBe(first)
    expect(own).toBe('changed')
  }
  expect(first.toJSON()).toMatchObject({ conversation: { inputText: 'given' }, metadata: { cents: 10 } })
  expect(first.pipelineRunId).toBe(report.pipelineRunId)
})
