import { StageflowError } from '@stageflow/core'
import { describe, expect, test } from 'vitest'

import { mutants, subject } from '../test/exporter-mutants.ts'
import type { Twin } from '../test/exporter-mutants.ts'
import { exporterContract } from './contract.ts'
import { fanOutExporter, filterExporter } from './index.ts'

describe('a good exporter passes', () => {
  for (const { name, run } of exporterContract(() => subject((whole) => whole))) test(name, run)
})

describe('one without flush and close passes', () => {
  const create = () => subject(({ export: write }) => ({ export: write }))
  for (const { name, run } of exporterContract(create)) test(name, run)
})

describe('composite exporters pass', () => {
  const create = () => subject((whole) => fanOutExporter({ whole, other: { export: () => Promise.resolve() } }))
  for (const { name, run } of exporterContract(create)) test(name, run)
})

describe('filter exporters pass', () => {
  const create = () =>
    subject((whole) => filterExporter(whole, { include: ['contract.*', 'stage.*'], exclude: [/^other/] }))
  for (const { name, run } of exporterContract(create)) test(name, run)
})

async function brokenCases(twin: Twin): Promise<readonly string[]> {
  const contract = exporterContract(() => subject((whole, downstream) => ({ ...whole, ...twin(whole, downstream) })))
  const broken: string[] = []
  for (const { name, run } of contract) {
    const error = await run().then(
      () => undefined,
      (thrown: unknown) => thrown,
    )
    if (error === undefined) continue
    expect(StageflowError.is(error, 'exporter-buffered/contract'), String(error)).toBe(true)
    expect((error as Error).message).toContain(`The exporter breaks the rule "${name}": `)
    broken.push(name)
  }
  return broken
}

test.each(mutants)('$name $does', async ({ twin, caughtBy, alsoCaughtBy = [] }) => {
  expect(await brokenCases(twin)).toEqual(caughtBy === undefined ? [] : [caughtBy, ...alsoCaughtBy])
})

test('there is such an exporter for each case', () => {
  const cases = exporterContract(() => subject((whole) => whole)).map(({ name }) => name)
  const caughtBy = mutants.flatMap((mutant) => mutant.caughtBy ?? [])
  expect(new Set([...caughtBy, FLUSHES_IN_TIME])).toEqual(new Set(cases))
})

// Apart from the others, because its exporter takes all of the time of a case.
const FLUSHES_IN_TIME = 'flush keeps its limit while the downstream hangs'
test('an exporter whose flush waits for what hangs breaks its case', async () => {
  const create = () => subject((whole) => ({ ...whole, flush: () => new Promise<void>(() => {}) }))
  const found = exporterContract(create, { timeoutMs: 20 }).find(({ name }) => name === FLUSHES_IN_TIME)
  await expect(found?.run()).rejects.toThrow('it did not answer within 20 ms. Stop waiting after timeoutMs, and reject')
})

test('an exporter that hangs breaks its case in time (exporter-buffered/contract)', async () => {
  const hanging = () => subject(() => ({ export: () => new Promise<void>(() => {}) }))
  const [first] = exporterContract(hanging, { timeoutMs: 20 })
  await expect(first?.run()).rejects.toThrow(
    'it did not answer within 20 ms. Resolve the promise of export() only once the whole batch is written.',
  )
})

test('a message has the rule, what was seen, and what to do', async () => {
  const [first] = exporterContract(() => subject(() => ({ export: () => Promise.resolve() })))
  await expect(first?.run()).rejects.toMatchObject({
    message:
      'The exporter breaks the rule "an export that has resolved is written": once export() has resolved, the events [contract.e1, contract.e2] must have arrived once; what arrived is []. Resolve the promise of export() only once the whole batch is written.',
  })
})

test('without a way to break the downstream, the cases of outages say so, and can be left out', async () => {
  const create = () => ({ exporter: { export: () => Promise.resolve() }, written: () => [] })
  const outage = exporterContract(create).at(-1)
  await expect(outage?.run()).rejects.toThrow('{ outages: false }')
  expect(exporterContract(create, { outages: false })).toHaveLength(exporterContract(create).length - 5)
})

test('the function that makes the exporter is needed, and options are checked', () => {
  expect(() => exporterContract(undefined as never)).toThrow('exporterContract() takes a function')
  const create = () => subject((whole) => whole)
  const options: unknown = { outage: false, outages: 0, timeoutMs: NaN }
  expect(() => exporterContract(create, options as object)).toThrow(
    'exporterContract(): outages must be true or false, not 0; timeoutMs must be a number of milliseconds from 0, or Infinity, not NaN; unknown option "outage" (did you mean "outages"? known: outages, timeoutMs).',
  )
})

test('end is called after each case, even if it fails', async () => {
  const ended: string[] = []
  const create = () => ({
    ...subject(() => ({ export: () => Promise.reject(new Error('no')) })),
    end: () => void ended.push('end'),
  })
  const [first] = exporterContract(create)
  await expect(first?.run()).rejects.toThrow('no')
  expect(ended).toEqual(['end'])
})
