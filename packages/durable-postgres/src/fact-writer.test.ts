import type { AddedFact } from '@stageflow/durable-engine'
import { expect, test } from 'vitest'

import { FactWriter } from './fact-writer.ts'
import type { AddFacts } from './fact-writer.ts'

const fact = (run: number, n: number, value = '1'): AddedFact => ({
  run,
  fence: 1,
  n,
  kind: 'call',
  key: `k${n}`,
  at: 0,
  value,
  taken: undefined,
})

/** Records what is written. `refuse` says of each try whether a fact is left out. */
function writer(refuse: (added: AddedFact, wait: boolean) => boolean = () => false) {
  const tries: string[] = []
  const add: AddFacts = async (facts, wait) => {
    tries.push(`${wait ? 'waits ' : ''}${facts.map(({ run, n }) => `${run}.${n}`).join(' ')}`)
    await new Promise((resolve) => setImmediate(resolve))
    return new Set(facts.filter((each) => !refuse(each, wait)))
  }
  return { tries, facts: new FactWriter(add) }
}

test('all facts of a turn are one statement, and those that come during it are the next', async () => {
  const { tries, facts } = writer()
  const first = [facts.add(fact(1, 1)), facts.add(fact(2, 1))]
  await new Promise((resolve) => setImmediate(resolve))
  const second = [facts.add(fact(1, 2)), facts.add(fact(3, 1))]
  expect(await Promise.all([...first, ...second])).toEqual([true, true, true, true])
  expect(tries).toEqual(['1.1 2.1', '1.2 3.1'])
})

test('a run that is locked is tried alone, in its order, and does not hold up the others', async () => {
  const { tries, facts } = writer(({ run }, wait) => run === 1 && !wait)
  const first = [facts.add(fact(1, 1)), facts.add(fact(2, 1)), facts.add(fact(1, 2))]
  await new Promise((resolve) => setImmediate(resolve))
  const second = [facts.add(fact(1, 3)), facts.add(fact(2, 2))]
  expect(await Promise.all([...first, ...second])).toEqual([true, true, true, true, true])
  expect(tries.filter((each) => each.includes('1.3'))).toEqual(['waits 1.1 1.2 1.3'])
  expect(tries).toContain('2.2')
})

test('a fact whose run has another fence is not ours', async () => {
  const { facts } = writer(({ run }) => run === 1)
  expect(await Promise.all([facts.add(fact(1, 1)), facts.add(fact(2, 1))])).toEqual([false, true])
})

test('a statement that is refused is tried again for each run alone, so that only the refused run fails', async () => {
  const add: AddFacts = async (facts) => {
    if (facts.some(({ run }) => run === 1)) throw new Error('too long')
    return new Set(facts)
  }
  const facts = new FactWriter(add)
  const [first, second] = await Promise.allSettled([facts.add(fact(1, 1)), facts.add(fact(2, 1))])
  expect(first).toMatchObject({ status: 'rejected', reason: { message: 'too long' } })
  expect(second).toEqual({ status: 'fulfilled', value: true })
  expect(await facts.add(fact(2, 2))).toBe(true)
})

test('large facts and many facts are several statements', async () => {
  const { tries, facts } = writer()
  const large = 'x'.repeat(9 * 1024 ** 2)
  await Promise.all([facts.add(fact(1, 1, large)), facts.add(fact(2, 1, large))])
  expect(tries).toEqual(['1.1', '2.1'])
  await Promise.all(Array.from({ length: 501 }, (_, place) => facts.add(fact(place, 9))))
  expect(tries).toHaveLength(4)
})

test('after a fact that could not be written, none of its run that waits is: it would leave a gap', async () => {
  const tried: number[] = []
  const add: AddFacts = async (facts) => {
    tried.push(...facts.map(({ n }) => n))
    await new Promise((resolve) => setImmediate(resolve))
    if (facts.some(({ n }) => n === 1)) throw new Error('the server is away')
    return new Set(facts)
  }
  const facts = new FactWriter(add)
  const first = facts.add(fact(1, 1))
  while (tried.length < 2) await new Promise((resolve) => setImmediate(resolve))
  const second = facts.add(fact(1, 2))
  for (const one of await Promise.allSettled([first, second]))
    expect(one).toMatchObject({ status: 'rejected', reason: { message: 'the server is away' } })
  expect(tried).toEqual([1, 1])
})
