import type { StageflowEvent } from '@stageflow/core'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { matchEvents } from './index.ts'
import type { EventPattern } from './index.ts'

const eventOf = (type: string): StageflowEvent => ({ type, data: {}, seq: 0 }) as unknown as StageflowEvent

test.each<[pattern: EventPattern | readonly EventPattern[], type: string, isMatch: boolean]>([
  ['stage.*.chunk', 'stage.llm.chunk', true],
  ['stage.*.chunk', 'stage.chunk', false],
  ['ab*ba', 'aba', false],
  ['a*b*b*d', 'a.b.c.b.d', true],
  ['a*b*b*d', 'a.b.d', false],
  ['cache.hit', 'cacheXhit', false],
  ['**hit*', 'cache.hit', true],
  [/^stage\./g, 'stage.llm.started', true],
  [({ type }) => type.endsWith('.hit'), 'cache.hit', true],
  [['a', 'b'], 'b', true],
  [[], 'b', false],
])('%s matches %s: %s', (pattern, type, isMatch) => {
  const matches = matchEvents(pattern)
  expect([matches(eventOf(type)), matches(eventOf(type))]).toEqual([isMatch, isMatch])
})

test('a pattern matches what the same regular expression does', () => {
  const text = fc.string({ unit: fc.constantFrom('a', 'b', '.'), maxLength: 12 })
  const pattern = fc.string({ unit: fc.constantFrom('a', 'b', '.', '*', '*'), minLength: 1, maxLength: 8 })
  fc.assert(
    fc.property(text, pattern, (type, stars) => {
      const expression = new RegExp(`^${stars.replaceAll('.', '\\.').replaceAll('*', '.*')}$`, 's')
      expect(matchEvents(stars)(eventOf(type))).toBe(expression.test(type))
    }),
    { numRuns: 1_000 },
  )
})

test('a pattern with thousands of stars takes no longer than the text is long', () => {
  const matches = matchEvents(`${'a*'.repeat(2_000)}b`)
  const cpu = process.threadCpuUsage()
  expect(matches(eventOf('a'.repeat(100_000)))).toBe(false)
  expect(process.threadCpuUsage(cpu).user / 1_000).toBeLessThan(500)
})
