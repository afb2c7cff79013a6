import { StageflowError } from '@stageflow/core'
import type { Clock, RunAuthor } from '@stageflow/core'
import { demandsOf, fingerprintOf, matchAnswers, pathText, pathsOfAnswers, stageIn } from '@stageflow/core/durable'
import type { CallFacts, GraphFingerprint, MatchedAnswer, NamedGraph } from '@stageflow/core/durable'
import { asClause, printable, show, someOf } from '@stageflow/core/kit'

import { checkGuarded } from './admission.ts'
import { problemBySchema } from './answer-by-schema.ts'
import { endedMaps, questionName, questionsIn } from './answers.ts'
import type { Question } from './answers.ts'
import { checkFit, findSameRun, isCarriedElsewhere, lookAt, unknownRun } from './claim.ts'
import { endWithoutCode } from './end-without-code.ts'
import { ask } from './journal.ts'
import type { Act, AddedInboxRow, Journal } from './journal.ts'
import { isRecord, jsonText, unreadable } from './json.ts'
import type { FactKey, FactRow, InboxRow, RunRow } from './rows.ts'
import { allFacts } from './run-log.ts'
import { graphOf, hasEnded, interruptText, readFact, stopText } from './run-row.ts'
import type { GivenAnswer, GivenStop, KeptAnswer } from './run-row.ts'

// Each function runs within a write. The process that carries a run looks into its inbox.

/** A request to stop a run. */
export interface StopRequest extends GivenStop {
  /** It is an interrupt. `data`: what its stages get, as JSON. */
  readonly interrupt?: { readonly data: string | undefined }
  /** The run that its caller was admitted to; undefined for trusted calls. */
  readonly n?: number | undefined
}

/**
 * Returns the number of the run; undefined if it has ended. A run that no process carries ends at once. If it is interrupted and has stages that
 * go on after that, it goes on where `recover` is watching.
 */
export function* askToStop(
  id: string,
  { reason, by, interrupt, n }: StopRequest,
  { journal, owner }: Pick<AnswerPlan, 'journal' | 'owner'>,
  isCarriedHere: boolean,
): Act<number | undefined> {
  const row = yield* findSameRun(id, n)
  if (row === undefined) throw unknownRun(id, journal)
  if (hasEnded(row)) return undefined
  const isCarried = row.status === 'running' && (isCarriedHere || isCarriedElsewhere(row, owner))
  const kind = interrupt === undefined ? 'stop' : 'interrupt'
  const goesOn = interrupt !== undefined && row.status !== 'blocked' && hasUninterruptible(graphOf(row))
  const value = interrupt === undefined ? stopText(reason, by) : interruptText(reason, by, interrupt.data)
  if (isCarried || goesOn) yield* ask('addToInbox', { run: row.n, kind, key: '', value })
  else yield* endWithoutCode(row, { status: 'cancelled', kind, reason, by })
  return row.n
}

/** Whether stages of a graph go on when a run of it is interrupted, at any depth. */
const hasUninterruptible = ({ stages }: GraphFingerprint): boolean =>
  Object.values(stages).some(
    ({ uninterruptible, child }) => uninterruptible === true || (child !== undefined && hasUninterruptible(child)),
  )

export interface AnswerPlan {
  readonly journal: Pick<Journal, 'name'>
  readonly owner: string
  readonly maxFactLength: number
  readonly clock: Pick<Clock, 'now'>
}

/** Answers as they were given. */
export interface GivenAnswers {
  /** The stages that the caller was admitted to answer; undefined for trusted calls. */
  readonly paths: readonly (readonly string[])[] | undefined
  readonly answers: unknown
  /** The name of the question that they answer; undefined: whatever is asked. */
  readonly question?: string | undefined
  /** The number of the run that their caller was admitted to; undefined for trusted calls. */
  readonly n: number | undefined
  /** Who gave them, as interceptors verified it. */
  readonly by: RunAuthor | undefined
  /** The graph of the process that takes the answers; undefined if the process has no graph. */
  readonly graph: NamedGraph | undefined
  /** Whether this process is to carry the run on with that graph. Otherwise another version of it may. */
  readonly carriesOn: boolean
}

/** Keeps all answers, or none. A blocked run goes on without one: its question may have its answer already. Returns the number of the run. */
export function* keepAnswers(
  id: string,
  { answers: given, question, n, by, graph, carriesOn, paths }: GivenAnswers,
  { journal, owner, maxFactLength, clock }: AnswerPlan,
): Act<number> {
  const row = yield* findSameRun(id, n)
  if (row === undefined) throw unknownRun(id, journal)
  if (paths !== undefined && pathsAsText(pathsOfAnswers(given, graphOf(row))) !== pathsAsText(paths))
    throw notWaiting(
      row,
      'the answers, or the graph of the run, have changed while the caller was checked; answer again',
    )
  if (hasEnded(row)) throw notWaiting(row, `it is ${row.status}`)
  // Without the graph, the questions say what their answers must be.
  const questions = graph === undefined ? yield* allFacts(row.n) : []
  const facts = graph === undefined ? questions : yield* ask('factKeys', row.n)
  // A process that carries the run has checked its own graph.
  const isElsewhere = lookAt(row, owner) === 'elsewhere'
  if (graph !== undefined) {
    checkGuarded(graph, row)
    checkKnown(graph, row, given)
    if (carriesOn) checkFit(graph, id, graphOf(row), isElsewhere ? [] : facts)
  }
  if (carriesOn && row.status === 'blocked' && isEmpty(given)) return row.n
  const inbox = yield* ask('inbox', row.n)
  const schemas = schemasIn(questions, id)
  // All texts before the first write: if one answer can't be JSON, none is kept.
  for (const answer of answerRows(row, facts, inbox, {
    given,
    question,
    by,
    unchecked: graph === undefined,
    // What is given by name is trusted.
    admittedBy: paths === undefined ? undefined : graph,
    at: Math.floor(clock.now()),
    schemas,
    maxFactLength,
  }))
    yield* ask('addToInbox', answer)
  return row.n
}

const isEmpty = (given: unknown): boolean => isRecord(given) && Object.keys(given).length === 0

const pathsAsText = (paths: readonly (readonly string[])[]): string => JSON.stringify(paths)

/** Throws if a graph lacks a stage that is answered: then it has nothing that could check the answer, or who gives it. */
function checkKnown(graph: NamedGraph, row: RunRow, answers: unknown): void {
  const shape = fingerprintOf(graph)
  const unknown = pathsOfAnswers(answers, graphOf(row)).find(
    (path) => stageIn(graphOf(row), path) !== undefined && stageIn(shape, path) === undefined,
  )
  if (unknown === undefined) return
  throw new StageflowError(
    'durable-engine/changed-graph',
    `No answer for run "${row.id}" was kept: another version of "${graph.name}" carries the run, and this one has no stage "${pathText(unknown)}". Answer through a process that has it.`,
  )
}

interface AnswersToKeep {
  readonly given: unknown
  readonly question: string | undefined
  readonly by: RunAuthor | undefined
  /** They are given without the graph. */
  readonly unchecked: boolean
  /** The graph whose interceptors have admitted who gives them; undefined for a part of the app. */
  readonly admittedBy: NamedGraph | undefined
  /** When they are kept, in ms since 1970. */
  readonly at: number
  /** The JSON Schemas of the answers, by the keys of their questions. */
  readonly schemas: ReadonlyMap<string, object>
  readonly maxFactLength: number
}

function schemasIn(questions: readonly FactRow[], runId: string): ReadonlyMap<string, object> {
  const asked = questions.filter(({ kind }) => kind === 'ask')
  const schemas = asked.map((fact) => [fact.key, (readFact(fact, runId) as CallFacts).answerSchema] as const)
  return new Map(schemas.filter((one): one is readonly [string, object] => isRecord(one[1])))
}

/** The rows of the inbox for all answers. Throws if one of them has no use, or can't be JSON. */
function answerRows(
  row: RunRow,
  facts: readonly FactKey[],
  inbox: readonly InboxRow[],
  { given, question: named, by, unchecked, admittedBy, at, schemas, maxFactLength }: AnswersToKeep,
): readonly AddedInboxRow[] {
  const graph = graphOf(row)
  const rowOf = ({ path, answer, question }: MatchedAnswer<Question>): AddedInboxRow => {
    // An early one waits for its question, by the path of that.
    const open = question?.is === 'open' ? question : undefined
    const key = open?.key ?? pathText(path)
    const text = jsonText(answer, `The answer for "${key}" of run "${row.id}"`, maxFactLength)
    return {
      run: row.n,
      kind: open === undefined ? 'early' : 'answer',
      key,
      value: answerText(text, {
        by,
        at,
        unchecked: unchecked || undefined,
        onlyThis: named === undefined ? undefined : true,
        demanded: admittedBy && demandsOf(admittedBy, path),
      }),
    }
  }
  try {
    const ended = row.status === 'suspended' ? endedMaps(facts, graph) : []
    const questions = [...questionsIn([...facts, ...inbox], graph).values(), ...ended]
    const { matched, problems } = matchAnswers(questions, given, graph)
    const paths = matched.map(({ path }) => pathText(path))
    const twice = paths.filter((path) => inbox.some(({ kind, key }) => kind === 'early' && key === path))
    const others = named === undefined ? [] : matched.filter(({ question }) => !isNamed(row, question, named))
    const all = [
      ...problems,
      ...twice.map((path) => `${show(path)} has been answered already`),
      ...others.map(({ path }) => `${show(path.join('/'))} does not ask the question that was named (${show(named)})`),
    ]
    if (all.length > 0) throw notWaiting(row, someOf(all, '; '))
    const rows = matched.map(rowOf)
    const waiting = [...inbox, ...rows].filter(({ kind }) => kind === 'early').length
    if (waiting > MOST_EARLY && rows.some(({ kind }) => kind === 'early')) throw tooMany(row, waiting)
    const refused = rows.flatMap(({ key, value }) => problemOf(key, value, schemas))
    if (refused.length > 0) throw refusedAnswers(row, refused)
    return rows
  } catch (error) {
    throw unreadable(error, row.id)
  }
}

const isNamed = (row: RunRow, question: Question | undefined, name: string): boolean =>
  question?.is === 'open' && questionName(row, question.key) === name

/** Says what is wrong with an answer, by the schema of its question. */
function problemOf(key: string, value: string, schemas: ReadonlyMap<string, object>): readonly string[] {
  const schema = schemas.get(key)
  const { answer } = JSON.parse(value) as GivenAnswer
  const problem = schema === undefined ? undefined : problemBySchema(answer, schema)
  return problem === undefined ? [] : [`${show(key)}: ${asClause(printable(problem, 1_000))}`]
}

const refusedAnswers = ({ id }: RunRow, problems: readonly string[]): StageflowError =>
  new StageflowError(
    'durable-engine/answer',
    `An answer for run "${id}" was refused, so none was kept, and the questions stay open: ${someOf(problems, '; ')}. Pass what the answerSchema of the question takes; get(runId) has it in requests.`,
  )

/** An answer as the inbox has it. `text`: the answer as JSON. */
const answerText = (text: string, others: { readonly [Name in keyof Omit<KeptAnswer, 'answer'>]: unknown }): string =>
  `{"answer":${text},${JSON.stringify(others).slice(1)}`

/** How many answers of a run may wait for their questions. Each later answer reads them all. */
const MOST_EARLY = 1_000
const tooMany = ({ id }: RunRow, waiting: number): StageflowError =>
  new StageflowError(
    'durable-engine/too-many-answers',
    `No answer for run "${id}" was kept: ${waiting} answers would wait for questions that its stages have not asked yet, and ${MOST_EARLY} may. Answer what get(runId) has in requests first.`,
  )

const notWaiting = ({ id, pipeline }: RunRow, why: string): StageflowError =>
  new StageflowError(
    'durable-engine/not-waiting',
    `No answer for run "${id}" of "${pipeline}" was kept: ${why}. get(runId) lists what it waits for.`,
  )
