import { expect, test } from 'vitest'
import { Pipeline } from '../src/index.ts'
import type { Interceptor } from '../src/index.ts'

test('in hooks of an item, run.output() of its map is the output of the item', async () => {
  const seen: unknown[] = []
  const sees: Interceptor = {
    name: 'sees',
    settled: ({ stage }, run) => void seen.push([run.item?.index, run.output(stage), run.output('list')?.status]),
  }
  const graph = new Pipeline('p')
    .withStage('list', () => ({ all: [1, 2] }))
    .withMap('m', {
      dependencies: ['list'],
      over: (inputs) => inputs.from('list').all,
      each: (item: number) => ({ item }),
    })
    .build({ interceptors: [sees] })
  await graph.run()
  expect(seen).toMatchObject([
    [undefined, { data: { all: [1, 2] } }, 'ok'],
    [0, { status: 'ok', data: { item: 1 } }, 'ok'],
    [1, { status: 'ok', data: { item: 2 } }, 'ok'],
    [undefined, { data: { items: [{ item: 1 }, { item: 2 }] } }, 'ok'],
  ])
})
