import { Pipeline } from '@stageflow/core'
import type { StageContext, StageGraph } from '@stageflow/core'

type Data = { readonly pid: number; readonly got: unknown }

/** A graph with stages here and on another machine, for two processes. */
export const placed: StageGraph<
  Record<'here' | 'there' | 'kid' | 'end', { data: Data; skippable: false; chunk: never }>,
  {}
> = new Pipeline('placed')
  .withStage('here', ({ snapshot }) => ({ pid: process.pid, got: snapshot.inputText }))
  .withStage('there', ({ inputs }) => ({ pid: process.pid, got: inputs.from('here').got }), {
    dependencies: ['here'],
    placement: 'service',
  })
  .withPipeline(
    'kid',
    new Pipeline('kid').withStage(
      'inner',
      ({ snapshot }: StageContext) => ({ pid: process.pid, got: snapshot.metadata }),
      {
        placement: 'service',
      },
    ),
    { dependencies: ['there'], input: (inputs) => ({ metadata: { got: inputs.from('there').got } }) },
  )
  .withStage('end', ({ inputs }) => ({ pid: process.pid, got: inputs.from('kid')?.inner?.got }), {
    dependencies: ['kid'],
  })
  .build() as never
