import { describe, expect, test } from 'vitest'
import { executorContract, memoryExecutor } from './durable.ts'

describe.concurrent('an executor in memory keeps the whole contract', () => {
  for (const { name, run } of executorContract(() => memoryExecutor())) test(name, run, 60_000)
})

test('an argument that is not a function, or an unknown option, is refused', () => {
  expect(() => executorContract(memoryExecutor() as never)).toThrow('executorContract() needs a function that opens')
  expect(() => executorContract(() => memoryExecutor(), { pipelines: 0 })).toThrow('pipelines')
  expect(() => memoryExecutor({ clock: 5 as never })).toThrow('clock')
})

test('a store without a method fails each case with its name', async () => {
  const [first] = executorContract(() => ({ run: async () => ({ status: 'completed' }) }) as never)
  await expect(first?.run()).rejects.toThrow("crash, answer, facts isn't a function")
})
