import { Pipeline, StageOutput } from '@stageflow/core'
import type { StageContext, SuspendedResult } from '@stageflow/core'
import { resumeRun } from '@stageflow/core/durable'
import { expect, test } from 'vitest'

import { auth } from './index.ts'

const ask = ({ resumed }: StageContext) =>
  resumed === undefined ? StageOutput.suspend('Pay?', { forMs: 60_000 }) : { answer: resumed.answer }
const graph = new Pipeline('order')
  .withStage('salary_of_bob', ask)
  .withPipeline('kid', new Pipeline('kid').withStage('check', ask))
  .withMap('letters', { over: () => ['x'], each: (_letter, context) => ask(context) })
  .build({ interceptors: [auth({ verify: (sub) => ({ sub }), orgId: false })] })
const suspended = async (): Promise<SuspendedResult<never>> =>
  (await graph.run({}, { token: 'ada' })) as unknown as SuspendedResult<never>
const resume = async (answers: unknown, token: string | undefined) =>
  resumeRun(graph, (await suspended()) as never, answers as never, { token })

const WRONG_SHAPES: readonly unknown[] = [
  { nope: 1 },
  { salary_of_bob: 'yes', nope: 1 },
  { kid: 1 },
  { kid: { nope: 1 } },
  { letters: 'all' },
  { letters: { 7: 1 } },
  'yes',
  undefined,
  null,
]

test.each(WRONG_SHAPES)(
  'a stranger whose answers are %j is refused before their shape is looked at, and learns no name of a stage',
  async (answers) => {
    for (const [token, code] of [
      ['eve', 'auth/foreign-run'],
      [undefined, 'auth/missing-token'],
    ] as const) {
      const error: unknown = await resume(answers, token).catch((thrown: unknown) => thrown)
      expect(error).toMatchObject({ code })
      expect(String(error)).not.toContain('salary_of_bob')
    }
    await expect(resume(answers, 'ada')).rejects.toMatchObject({
      code: 'core/resume',
      message: expect.stringMatching(/waits for "/) as string,
    })
  },
)

test('without an answer, no caller is admitted, and the error says when the run goes on', async () => {
  await expect(resume({}, undefined)).rejects.toMatchObject({
    code: 'core/resume',
    message: expect.stringContaining('goes on without one in') as string,
  })
})
