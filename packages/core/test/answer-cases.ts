import { Pipeline, StageKind, StageOutput } from '@stageflow/core'
import type { StageContext, StageGraph } from '@stageflow/core'
import type { KnownQuestion } from '@stageflow/core/durable'
import { show } from '@stageflow/core/kit'
import { repeatUntil } from '@stageflow/core/repeat'

// What becomes of answers: for runs in process, on a journal, and on Restate.

export interface AnswerCase {
  readonly title: string
  /** By the paths of their answers. In process a run only knows open ones. */
  readonly questions: Readonly<Record<string, KnownQuestion['is']>>
  readonly answers: unknown
  /** The paths of the answers that go to questions, and of those that are early; or what is wrong with them. */
  readonly durable: Outcome
  /** The same in process, where no answer is early. Left out if it is the same as for a durable run. */
  readonly inProcess?: Outcome
}
export type Outcome =
  | { readonly answered: readonly string[]; readonly early?: readonly string[] }
  | { readonly problems: readonly string[] }

/** A graph in which those stages and items ask whose paths are given. */
export function graphAsking(open: ReadonlySet<string>): StageGraph<Record<string, unknown>, {}> {
  const asksAt =
    (path: string) =>
    ({ resumed }: Pick<StageContext, 'resumed'>) =>
      open.has(path) && resumed === undefined ? StageOutput.suspend('?') : {}
  const items = (path: string) => ({
    over: () => [0, 1],
    each: (item: number, context: Pick<StageContext, 'resumed'>) => asksAt(`${path}/${item}`)(context),
  })
  const kid = new Pipeline('kid').withStage('check', asksAt('kid/check')).withMap('letters', items('kid/letters'))
  const document = new Pipeline('document').withStage('check', (context) =>
    asksAt(`three/${context.snapshot.inputText}/check`)(context),
  )
  const named = { over: () => ['doc-0', 'doc-1'], key: (name: string) => name }
  const draft = new Pipeline('draft')
    .withStage('check', asksAt('draft/check'))
    .withStage('guard', () => ({}), StageKind.GUARD, { dependencies: ['check'] })
  return new Pipeline('p')
    .withStage('approve', asksAt('approve'))
    .withStage('a/b', asksAt('a/b'))
    .withMap('letters', items('letters'))
    .withPipeline('kid', kid)
    .withMap('named', { ...named, each: (name, context) => asksAt(`named/${name}`)(context) })
    .withMap('three', { ...named, each: document, input: (name) => ({ inputText: name }) })
    .withPipeline('draft', draft, { repeat: repeatUntil('guard', { maxAttempts: 3 }) })
    .build() as never
}

const wrong = (...problems: readonly string[]): Outcome => ({ problems })

export const ANSWER_CASES: readonly AnswerCase[] = [
  {
    title: 'the question of a stage',
    questions: { approve: 'open' },
    answers: { approve: null },
    durable: { answered: ['approve'] },
  },
  {
    title: 'several open questions at once',
    questions: { approve: 'open', 'kid/check': 'open', 'letters/1': 'open' },
    answers: { kid: { check: 1 }, approve: 2, letters: { 1: 3 } },
    durable: { answered: ['kid/check', 'approve', 'letters/1'] },
  },
  {
    title: 'one of several open questions',
    questions: { approve: 'open', 'kid/check': 'open' },
    answers: { kid: { check: 1 } },
    durable: { answered: ['kid/check'] },
  },
  {
    title: 'a name with a slash',
    questions: { 'a%2Fb': 'open' },
    answers: { 'a/b': 1 },
    durable: { answered: ['a%2Fb'] },
  },
  {
    title: 'a name with a slash as if it were a child',
    questions: { 'a%2Fb': 'open' },
    answers: { a: { b: 1 } },
    durable: wrong('it has an answer for "a", but the run waits for "a/b"'),
  },
  {
    title: 'a part of a name',
    questions: { approve: 'open' },
    answers: { appro: 1 },
    durable: wrong('it has an answer for "appro" (did you mean "approve"?), but the run waits for "approve"'),
  },
  {
    title: 'a child stage with a typo',
    questions: { 'kid/check': 'open' },
    answers: { kid: { chek: 1 } },
    durable: wrong('it has an answer for "chek" (did you mean "check"?), but "kid" waits for "check"'),
  },
  {
    title: 'names that every object has',
    questions: { approve: 'open' },
    answers: { constructor: 1, ['__proto__']: 2, toString: 3 },
    durable: wrong(
      'it has an answer for "constructor", but the run waits for "approve"',
      'it has an answer for "__proto__", but the run waits for "approve"',
      'it has an answer for "toString", but the run waits for "approve"',
    ),
  },
  {
    title: 'a child run as a whole',
    questions: { 'kid/check': 'open' },
    answers: { kid: 'yes' },
    durable: wrong(
      'the answer for "kid" must be an object with an answer for a stage, not "yes"; "kid" waits for "check"',
    ),
  },
  {
    title: 'an empty answer for a child run',
    questions: { 'kid/check': 'open' },
    answers: { kid: {} },
    durable: wrong(
      'the answer for "kid" must be an object with an answer for a stage, not an empty one; "kid" waits for "check"',
    ),
  },
  {
    title: 'an attempt of a child pipeline that repeats',
    questions: { 'draft/check': 'open' },
    answers: { draft: { check: 1 } },
    durable: { answered: ['draft/check'] },
  },
  {
    title: 'the number of an attempt',
    questions: { 'draft/check': 'open' },
    answers: { draft: { 1: { check: 1 } } },
    durable: wrong('it has an answer for "1", but "draft" waits for "check"'),
  },
  {
    title: 'items of a map as an array',
    questions: { 'letters/0': 'open', 'letters/1': 'open' },
    answers: { letters: ['x', 'y'] },
    durable: { answered: ['letters/0', 'letters/1'] },
  },
  {
    title: 'items of a map in a child run',
    questions: { 'kid/letters/0': 'open' },
    answers: { kid: { letters: { 0: 'x' } } },
    durable: { answered: ['kid/letters/0'] },
  },
  {
    title: 'something that is not an item of a map',
    questions: { 'letters/1': 'open' },
    answers: { letters: { one: 1, '-1': 2, 1.5: 3, over: 4 } },
    durable: wrong(
      'it has an answer for "one", but "letters" waits for "1"',
      'it has an answer for "-1", but "letters" waits for "1"',
      'it has an answer for "1.5", but "letters" waits for "1"',
      'it has an answer for "over", but "letters" waits for "1"',
    ),
  },
  {
    title: 'an item that has not asked',
    questions: { 'letters/1': 'open' },
    answers: { letters: { 0: 'x', 1: 'y' } },
    durable: { answered: ['letters/1'], early: ['letters/0'] },
    inProcess: wrong('it has an answer for "0", but "letters" waits for "1"'),
  },
  {
    title: 'an item of a map that names its items',
    questions: { 'named/doc-1': 'open' },
    answers: { named: { 'doc-1': 'x' } },
    durable: { answered: ['named/doc-1'] },
  },
  {
    title: 'an item that has not asked, of a map that names its items',
    questions: { 'named/doc-1': 'open' },
    answers: { named: { 'doc-0': 'x', other: 'y' } },
    durable: { answered: [], early: ['named/doc-0', 'named/other'] },
    inProcess: wrong(
      'it has an answer for "doc-0" (did you mean "doc-1"?), but "named" waits for "doc-1"',
      'it has an answer for "other", but "named" waits for "doc-1"',
    ),
  },
  {
    title: 'items of a map that names its items as an array',
    questions: { 'named/doc-1': 'open' },
    answers: { named: ['x'] },
    durable: wrong(
      `the answer for "named" must be an object with an answer for a stage, not an array; "named" waits for "doc-1"`,
    ),
    inProcess: wrong('it has an answer for "0", but "named" waits for "doc-1"'),
  },
  {
    title: 'what cannot be the name of an item',
    questions: { 'named/doc-1': 'open' },
    answers: { named: { '': 'x', ['n'.repeat(201)]: 'y' } },
    durable: wrong(
      'it has an answer for "", but "named" waits for "doc-1"',
      `it has an answer for ${show('n'.repeat(201))}, but "named" waits for "doc-1"`,
    ),
  },
  {
    title: 'a stage inside an item',
    questions: { 'three/doc-0/check': 'open', 'three/doc-1/check': 'open' },
    answers: { three: { 'doc-1': { check: 'yes' } } },
    durable: { answered: ['three/doc-1/check'] },
  },
  {
    title: 'a stage inside an item that has not asked',
    questions: { 'three/doc-1/check': 'open' },
    answers: { three: { 'doc-0': { check: 'yes' } } },
    durable: { answered: [], early: ['three/doc-0/check'] },
    inProcess: wrong('it has an answer for "doc-0" (did you mean "doc-1"?), but "three" waits for "doc-1"'),
  },
  {
    title: 'a stage that the pipeline of an item does not have',
    questions: { 'three/doc-1/check': 'open' },
    answers: { three: { 'doc-0': { chek: 1 }, 'doc-1': { chek: 1 } } },
    durable: wrong(
      'it has an answer for "chek" (did you mean "check"?), but "three/doc-0" waits for no answer',
      'it has an answer for "chek" (did you mean "check"?), but "three/doc-1" waits for "check"',
    ),
    inProcess: wrong(
      'it has an answer for "doc-0" (did you mean "doc-1"?), but "three" waits for "doc-1"',
      'it has an answer for "chek" (did you mean "check"?), but "three/doc-1" waits for "check"',
    ),
  },
  {
    title: 'an item that runs a pipeline as a whole',
    questions: { 'three/doc-1/check': 'open' },
    answers: { three: { 'doc-1': 'yes' } },
    durable: wrong(
      'the answer for "three/doc-1" must be an object with an answer for a stage, not "yes"; "three/doc-1" waits for "check"',
    ),
  },
  {
    title: 'a stage that has not asked',
    questions: { approve: 'open' },
    answers: { 'a/b': 1, kid: { check: 2 } },
    durable: { answered: [], early: ['a%2Fb', 'kid/check'] },
    inProcess: wrong(
      'it has an answer for "a/b", but the run waits for "approve"',
      'it has an answer for "kid", but the run waits for "approve"',
    ),
  },
  {
    title: 'a stage that may ask again',
    questions: { approve: 'idle', 'kid/check': 'open' },
    answers: { approve: 1 },
    durable: { answered: [], early: ['approve'] },
    inProcess: wrong('it has an answer for "approve", but the run waits for "kid"'),
  },
  {
    title: 'a question that has its answer',
    questions: { approve: 'answered', 'kid/check': 'open' },
    answers: { approve: 1 },
    durable: wrong('"approve" has been answered already'),
    inProcess: wrong('it has an answer for "approve", but the run waits for "kid"'),
  },
  {
    title: 'a question of a child run that has its answer',
    questions: { 'kid/check': 'answered', approve: 'open' },
    answers: { kid: { check: 1 }, approve: 1 },
    durable: wrong('"kid/check" has been answered already'),
    inProcess: wrong('it has an answer for "kid", but the run waits for "approve"'),
  },
  {
    title: 'stages that have ended',
    questions: { 'a%2Fb': 'ended', 'kid/check': 'ended', approve: 'open' },
    answers: { 'a/b': 1, kid: { check: 1 } },
    durable: wrong('"a/b" has ended; the run waits for "approve"', '"kid/check" has ended; "kid" waits for no answer'),
    inProcess: wrong(
      'it has an answer for "a/b", but the run waits for "approve"',
      'it has an answer for "kid", but the run waits for "approve"',
    ),
  },
  ...[
    [undefined, 'undefined'],
    [null, 'null'],
    [7, '7'],
    ['yes', '"yes"'],
    [[], 'an empty one'],
  ].map(([answers, shown]) => ({
    title: `${String(shown)} instead of answers`,
    questions: { approve: 'open' as const },
    answers,
    durable: wrong(
      `the answer for the run must be an object with an answer for a stage, not ${String(shown)}; the run waits for "approve"`,
    ),
  })),
]
