import type { StageflowEvent } from '@stageflow/core'
import { optionProblems } from '@stageflow/core/kit'
import { expect, test } from 'vitest'
import { EventFilter, FILTER_RULES } from './index.ts'
import type { EventChoice } from './index.ts'

const eventOf = (type: string): StageflowEvent => ({ type, data: {}, seq: 0 }) as unknown as StageflowEvent
const TYPES = ['pipeline.started', 'stage.llm.started', 'stage.llm.failed', 'app.said', 'pipeline.failed']
const passing = (filter: EventFilter): readonly string[] => TYPES.filter((type) => filter.passes(eventOf(type)))

test.each<[options: EventChoice, types: readonly string[]]>([
  [{}, TYPES],
  [{ include: 'stage.*' }, ['stage.llm.started', 'stage.llm.failed']],
  [{ include: ['app.said', /^pipeline/] }, ['pipeline.started', 'app.said', 'pipeline.failed']],
  [{ include: '*.failed', exclude: ({ type }) => type.startsWith('stage') }, ['pipeline.failed']],
  [{ exclude: [] }, TYPES],
  [{ exclude: '*', keepLast: true }, ['pipeline.failed']],
])('%o passes what it names', (options, types) => {
  const filter = new EventFilter(options)
  expect(passing(filter)).toEqual(types)
  expect(filter.stats()).toEqual({
    passed: types.length,
    heldBack: TYPES.length - types.length,
    errors: 0,
    lastError: undefined,
  })
})

test.each(['include', 'exclude'] as const)(
  'an event that a function of %s throws for is held back, and the error is counted',
  (name) => {
    const error = new Error('no such field')
    const judge = ({ type }: StageflowEvent): boolean => {
      if (type.startsWith('app.')) throw error
      return name === 'include'
    }
    const filter = new EventFilter({ [name]: judge })
    expect(passing(filter)).toEqual(TYPES.filter((type) => !type.startsWith('app.')))
    expect(filter.stats()).toEqual({ passed: 4, heldBack: 1, errors: 1, lastError: error })
  },
)

test('a function that returns a promise holds every event back but the last one, whatever the promise does', () => {
  const judge = (() => Promise.reject(new Error('no database'))) as unknown as () => boolean
  const filter = new EventFilter({ include: judge, keepLast: true })
  expect(passing(filter)).toEqual(['pipeline.failed'])
  expect(filter.stats()).toMatchObject({ passed: 1, heldBack: 4, errors: 4 })
  expect(String(filter.stats().lastError)).toContain('Make it synchronous')
})

test('an empty list passes nothing, so include must not be one; nothing else than patterns is legal', () => {
  expect(optionProblems({ include: ['a', /b/, () => true], exclude: [], keepLast: true }, FILTER_RULES)).toEqual([])
  expect(optionProblems({ include: [] }, FILTER_RULES)).toHaveLength(1)
  for (const wrong of ['', ['a', ''], 7, {}, [7]]) {
    expect(optionProblems({ include: wrong }, FILTER_RULES)).toHaveLength(1)
    expect(optionProblems({ exclude: wrong }, FILTER_RULES)).toHaveLength(1)
  }
})
