import { checkedMethods } from '@stageflow/core/kit'
import { expect, test } from 'vitest'

const graph = { info: {} }
const seen: unknown[] = []
const methods = {
  cancel: async (...given: readonly unknown[]) => seen.push(given),
  answer: async (...given: readonly unknown[]) => seen.push(given),
  as: (...given: readonly unknown[]) => seen.push(given),
  name: 'runs',
  async [Symbol.asyncDispose]() {
    seen.push('disposed')
  },
}
const checked = checkedMethods<Omit<typeof methods, 'name'>>(methods, {
  code: 'test/illegal-option',
  prefix: 'x.',
  calls: {
    cancel: [
      ['graph', 'runId', 'reason'],
      ['runId', 'reason'],
    ],
    answer: [['graph', 'runId']],
    as: [[]],
  },
  synchronous: ['as'],
})

test('arguments that a method has a parameter for reach it, fewer too', async () => {
  seen.length = 0
  await checked.cancel('a', 'why')
  await checked.cancel(graph, 'a', 'why')
  await checked.answer(graph)
  await checked.answer()
  await checked[Symbol.asyncDispose]()
  expect(seen).toEqual([['a', 'why'], [graph, 'a', 'why'], [graph], [], 'disposed'])
  expect(checked).toHaveProperty('name', 'runs')
})

test.each([
  [
    'cancel',
    ['a', 'why', {}],
    'x.cancel() was given 3 arguments, but x.cancel(runId, reason) takes 2 and checks no caller.',
  ],
  ['cancel', ['a', 'why', undefined], 'pass the graph first: x.cancel(graph, runId, reason).'],
  ['cancel', [graph, 'a', 'why', {}], 'x.cancel() was given 4 arguments; call x.cancel(graph, runId, reason).'],
  [
    'answer',
    ['a'],
    'x.answer() was given a string in the place of the graph; pass the graph first: x.answer(graph, runId).',
  ],
  ['answer', [undefined, 'a', 'b'], 'x.answer() was given 3 arguments; call x.answer(graph, runId).'],
] as const)('%s of %j rejects, and the method is not called', async (name, given, message) => {
  seen.length = 0
  const refused = checked[name](...given)
  await expect(refused).rejects.toMatchObject({
    code: 'test/illegal-option',
    message: expect.stringContaining(message) as string,
  })
  expect(seen).toEqual([])
})

test('a synchronous method throws', () => {
  expect(() => checked.as(1)).toThrow('x.as() was given 1 argument; call x.as().')
})
