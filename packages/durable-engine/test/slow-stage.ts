import { Pipeline } from '@stageflow/core'

/** A graph with a stage whose calls end one by one, when they are told to, and one that returns what that has. */
export function slowStage(name = 'p') {
  const ends: (() => void)[] = []
  const graph = new Pipeline(name)
    .withStage(
      'slow',
      () => new Promise<{ call: number }>((resolve) => ends.push(() => resolve({ call: ends.length }))),
    )
    .withStage('next', ({ inputs }) => inputs.from('slow'), { dependencies: ['slow'] })
    .build()
  return { graph, ends }
}
