import { expect, test } from 'vitest'
import { runDurable } from '../src/durable.ts'
import { Pipeline, StageKind, StageOutput } from '../src/index.ts'
import type { Feedback, StageContext } from '../src/index.ts'
import { repeatUntil } from '../src/repeat.ts'
import type { Round } from '../src/repeat.ts'
import { ArrayExecutor } from './array-executor.ts'

type Carry = (lines: readonly string[] | undefined, round: Round) => readonly string[]
const LONG = 'x'.repeat(1_000)

/** A child that answers `turn 1` and so on, and is repeated until `turns`; each turn gets the lines of those before it. */
function talking(turns: number, carry: Carry, write = (turn: number): string => `turn ${turn}`) {
  const inputs: (Feedback<readonly string[]> | undefined)[] = []
  const called: number[] = []
  const child = new Pipeline('talk')
    .withStage('write', ({ snapshot }) => {
      const before = JSON.parse(snapshot.inputText ?? '[]') as readonly string[]
      called.push(before.length + 1)
      return { line: write(before.length + 1) }
    })
    .withStage(
      'turn',
      ({ inputs: { from }, snapshot }: StageContext<{ write: { line: string } }>) => {
        const before = JSON.parse(snapshot.inputText ?? '[]') as readonly string[]
        return before.length + 1 < turns ? StageOutput.fail('go on') : { last: from('write').line.length }
      },
      StageKind.GUARD,
      { dependencies: ['write'] },
    )
  const graph = new Pipeline('p')
    .withPipeline('turns', child, {
      input: (_inputs, _snapshot, feedback) => {
        inputs.push(feedback)
        return { inputText: JSON.stringify(feedback?.carried ?? []) }
      },
      repeat: repeatUntil('turn', { maxAttempts: turns, carry }),
    })
    .build()
  return { graph, inputs, called }
}
const lines: Carry = (before = [], { childData }) => [...before, (childData['write'] as { line: string }).line]

test('carry adds what each attempt has made, and the next input gets the sum, frozen', async () => {
  const { graph, inputs } = talking(4, lines)
  expect((await graph.run()).data).toEqual({ turns: { write: { line: 'turn 4' }, turn: { last: 6 } } })
  expect(inputs.map((feedback) => feedback?.carried)).toEqual([
    undefined,
    ['turn 1'],
    ['turn 1', 'turn 2'],
    ['turn 1', 'turn 2', 'turn 3'],
  ])
  expect(Object.isFrozen(inputs[3]?.carried)).toBe(true)
})

test('a round has the attempt, the verdict, and the data of the stages that ended ok', async () => {
  const rounds: Round[] = []
  const { graph } = talking(2, (before = [], round) => {
    rounds.push(round)
    return [...before, 'one']
  })
  await graph.run()
  expect(rounds).toEqual([
    {
      attempt: 1,
      error: { code: 'core/stage-failed', message: 'go on', stage: 'turn' },
      data: undefined,
      childData: { write: { line: 'turn 1' } },
    },
  ])
})

test('a carry that throws fails the stage with its error', async () => {
  const { graph } = talking(3, () => {
    throw new TypeError('nothing to add')
  })
  expect(await graph.runSettled()).toMatchObject({
    status: 'failed',
    errors: [{ message: 'nothing to add', stage: 'turns' }],
  })
})

test.each<[string, () => unknown]>([
  ['resolves', async () => ['turn 1']],
  ['rejects', () => Promise.reject(new Error('no database'))],
])('a promise of carry that %s is refused before the next attempt (core/illegal-option)', async (_how, carry) => {
  const { graph, called } = talking(3, carry as Carry)
  expect(await graph.runSettled()).toMatchObject({
    status: 'failed',
    errors: [
      {
        code: 'core/illegal-option',
        message: expect.stringContaining('Stage "turns": carry of repeatUntil() returned an instance of Promise.'),
        stage: 'turns',
      },
    ],
  })
  expect(called).toEqual([1])
})

test('a later leg of a durable run makes the same sum from its facts, and calls no stage of an earlier turn again', async () => {
  const whole = new ArrayExecutor()
  const result = await runDurable(talking(6, lines).graph, whole)
  for (let known = 0; known < whole.facts.length; known++) {
    const { graph, called } = talking(6, lines)
    const leg = new ArrayExecutor(whole.facts.slice(0, known))
    expect((await runDurable(graph, leg)).data).toEqual(result.data)
    expect(called).toEqual([1, 2, 3, 4, 5, 6].slice(Math.ceil(known / 2)))
  }
})

test('another carry than that of an earlier leg is refused by name, before a stage of a new turn is called', async () => {
  const whole = new ArrayExecutor()
  await runDurable(talking(4, lines).graph, whole)
  const { graph, called } = talking(4, (before = []) => [...before, 'something else'])
  const leg = runDurable(graph, new ArrayExecutor(whole.facts.slice(0, 5)))
  await expect(leg).rejects.toMatchObject({
    code: 'core/replay',
    message: expect.stringContaining('the input of turns#2'),
  })
  expect(called).toEqual([])
})

test('the facts of a durable run grow by what a turn adds, whatever came before it', async () => {
  const bytes = async (turns: number): Promise<number> => {
    const executor = new ArrayExecutor()
    await runDurable(talking(turns, lines, () => LONG).graph, executor)
    return JSON.stringify(executor.facts).length
  }
  const [ten, forty] = [await bytes(10), await bytes(40)]
  expect(forty / ten).toBeLessThan(4.1)
})
