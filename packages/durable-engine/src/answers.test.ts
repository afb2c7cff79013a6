import { Pipeline, StageKind } from '@stageflow/core'
import { repeatUntil } from '@stageflow/core/repeat'
import { fingerprintOf, matchAnswers, pathText } from '@stageflow/core/durable'
import type { KnownQuestion } from '@stageflow/core/durable'
import { describe, expect, test } from 'vitest'

import { ANSWER_CASES, graphAsking } from '../../core/test/answer-cases.ts'
import { openKeys, questionsIn } from './answers.ts'
import type { FactKey } from './rows.ts'

const shape = fingerprintOf(graphAsking(new Set()))

/** The keys of facts that leave a question as it is told. */
function factsOf(path: string, is: KnownQuestion['is']): readonly FactKey[] {
  const key = path.replace(/letters\/(\d)/, 'letters#$1').replace(/^draft\//, 'draft#1/')
  const facts = { open: ['ask'], answered: ['ask', 'answer'], idle: ['ask', 'timer'], ended: ['call'] } as const
  return facts[is].map((kind) => ({ kind, key }))
}

describe.each(ANSWER_CASES)('answers for $title', ({ questions, answers, durable }) => {
  test('are matched to the questions that the facts tell of', () => {
    const facts = Object.entries(questions).flatMap(([path, is]) => factsOf(path, is))
    const known = questionsIn(facts, shape)
    expect(Object.fromEntries([...known].map(([path, { is }]) => [path, is]))).toEqual(questions)
    const { matched, problems } = matchAnswers(known.values(), answers, shape)
    if ('problems' in durable) return expect(problems).toEqual(durable.problems)
    expect(problems).toEqual([])
    const keys = matched.map(({ path, question }) => (question?.is === 'open' ? question.key : pathText(path)))
    const answered = durable.answered.map((path) => factsOf(path, 'open')[0]?.key)
    expect(new Set(keys)).toEqual(new Set([...answered, ...(durable.early ?? [])]))
    expect(keys).toHaveLength(answered.length + (durable.early?.length ?? 0))
  })
})

const stage = () => ({})
const draft = new Pipeline('draft').withStage('check', stage).withStage('guard', stage, StageKind.GUARD)
const graph = fingerprintOf(
  new Pipeline('p')
    .withStage('a', stage)
    .withMap('letters', { over: () => [1], each: stage })
    .withPipeline('draft', draft, { repeat: repeatUntil('guard', { maxAttempts: 3 }) })
    .build(),
)
const facts = (text: string): readonly FactKey[] =>
  text.split(', ').map((each) => {
    const [kind, key] = each.split(' ')
    return { kind, key } as FactKey
  })

test.each([
  ['ask a', 'open'],
  ['ask a, answer a', 'answered'],
  ['ask a, answer a, call a@2', 'answered'],
  ['ask a, answer a, ask a@2', 'open'],
  ['ask a, timer a', 'idle'],
  ['ask a, timer a, ask a@2', 'open'],
  ['ask a, timer a, call a@2', 'ended'],
  ['ask a, ask a@2, timer a', 'open'],
  ['call a', 'ended'],
  ['timer a', undefined],
  ['stop a', undefined],
] as const)('after the facts %s the question is %s', (given, is) => {
  expect(questionsIn(facts(given), graph).get('a')?.is).toBe(is)
})

test('a stage of a child pipeline that repeats may ask again after it has ended, with or without an answer', () => {
  for (const given of ['call draft#1/check', 'ask draft#1/check, answer draft#1/check, call draft#1/check@2'])
    expect(questionsIn(facts(given), graph).get('draft/check')?.is).toBe('idle')
  const next = 'ask draft#1/check, answer draft#1/check, call draft#1/check@2, ask draft#2/check'
  expect([...openKeys(facts(next), graph)]).toEqual(['draft#2/check'])
})

test('the read source of a map and the timers of limits have no question', () => {
  expect(questionsIn(facts('call letters#over, timer /@1, timer /a~timeout@2'), graph).size).toBe(0)
})
