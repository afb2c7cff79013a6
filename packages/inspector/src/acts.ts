import { StageflowError } from '@stageflow/core'
import type { Clock, RunContext, RunOptions } from '@stageflow/core'
import { isGuarded } from '@stageflow/core/durable'
import type { Redactor } from '@stageflow/core/redaction'

import type { ActedGraph, InspectedJournal } from './journal.ts'
import type { AnswerRequest, CancelRequest, InspectorAct } from './protocol.ts'
import type { Reader } from './reader.ts'
import { Refused } from './refusal.ts'
import type { KeptQuestion } from './kept-question.ts'
import type { RunState } from './run-state.ts'
import type { Found } from './runs.ts'
import { samePath, shownPath } from './question-path.ts'

export interface ActsSetup {
  readonly journal: InspectedJournal | undefined
  /** By the name of their pipeline. */
  readonly graphs: ReadonlyMap<string, ActedGraph>
  /** Whether anything can be done at all. */
  readonly isOn: boolean
  readonly clock: Clock
  readonly redactor: Redactor
}

export interface Acts {
  /** What a reader can do to a run now. */
  of(reader: Reader, found: Found): readonly InspectorAct[]
  /** Each returns false if the run had ended before. They throw a `Refused`. */
  answer(reader: Reader, found: Found, request: AnswerRequest): Promise<boolean>
  cancel(reader: Reader, found: Found, request: CancelRequest): Promise<boolean>
  retry(reader: Reader, found: Found): Promise<boolean>
}

/** How long a retry is watched for a refusal. Then the run goes on by itself, in ms. */
const REFUSED_WITHIN_MS = 1_000

const IN_PROGRESS: ReadonlySet<string> = new Set(['running', 'stopped', 'suspended', 'blocked'])

export function actsOn({ journal, graphs, isOn, clock, redactor }: ActsSetup): Acts {
  /** The graph whose interceptors admit what this reader does. Undefined: they act by name. */
  function admitting(reader: Reader, { run }: Found): ActedGraph | undefined {
    const graph = reader.token === undefined ? undefined : graphs.get(run.pipeline)
    return graph !== undefined && isGuarded(graph) ? graph : undefined
  }

  const byName = (reader: Reader): string => `inspector: ${reader.by}`

  /** Whether a journal can carry out an act on this run, in the way in which this reader acts. */
  function canWrite(reader: Reader, found: Found, act: InspectorAct): boolean {
    if (journal === undefined || found.journal === undefined || found.run.parent !== undefined) return false
    if (admitting(reader, found) === undefined) return act !== 'retry' && journal.as !== undefined
    return journal[act === 'retry' ? 'retryFailed' : act] !== undefined
  }

  function can(reader: Reader, found: Found, act: InspectorAct): boolean {
    const { run } = found
    if (act === 'cancel')
      return contextOf(found) !== undefined || (IN_PROGRESS.has(run.status) && canWrite(reader, found, act))
    if (act === 'retry') return run.status === 'failed' && canWrite(reader, found, act)
    return run.questions.length > 0 && canWrite(reader, found, act)
  }

  function check(reader: Reader, found: Found, act: InspectorAct): void {
    if (!isOn)
      throw new Refused(
        403,
        'inspector/actions-off',
        `To ${act} a run here, the app must pass actions: true to inspector().`,
      )
    if (!reader.may.has(act))
      throw new Refused(403, 'inspector/not-granted', `The authorize function of the app does not let you ${act} runs.`)
    if (!can(reader, found, act))
      throw new Refused(
        409,
        'inspector/cannot-act',
        `Run ${JSON.stringify(found.run.id)} cannot be ${PAST[act]}: ${whyNot(reader, found, act)}.`,
      )
  }

  function whyNot(reader: Reader, found: Found, act: InspectorAct): string {
    const { run } = found
    if (found.journal === undefined) return `it is not in a journal, so only your code can ${act} it`
    if (run.parent !== undefined) return 'it is a child run; its parent can be'
    if (act === 'retry' && admitting(reader, found) === undefined)
      return 'that needs its graph in inspector({ graphs }), with an interceptor that admits callers, and a token from authorize'
    if (!canWrite(reader, found, act)) return 'its journal was opened to look at it'
    return act === 'answer' ? 'it asks nothing' : `it is ${run.status}`
  }

  return {
    of: (reader, found) =>
      isOn
        ? (['answer', 'cancel', 'retry'] as const).filter((act) => reader.may.has(act) && can(reader, found, act))
        : [],

    async answer(reader, found, { path, answer, question }) {
      check(reader, found, 'answer')
      const { run } = found
      const asked = questionAt(run, path)
      if (asked === undefined || (question !== undefined && asked.question !== question))
        throw new Refused(
          409,
          'inspector/not-waiting',
          `Run ${JSON.stringify(run.id)} does not ask this question at ${path.join('/')} now. Read the run again for what it asks.`,
        )
      const answers = answersAt(asked.path, answer)
      const graph = admitting(reader, found)
      await told(async () => {
        if (graph === undefined) return journal?.as?.(byName(reader)).answer(run.id, answers)
        const named = asked.question === undefined ? {} : { question: asked.question }
        return journal?.answer?.(graph, run.id, answers, { ...optionsOf(reader), ...named })
      })
      return true
    },

    async cancel(reader, found, { reason = `cancelled in the inspector by ${reader.by}` }) {
      check(reader, found, 'cancel')
      const { run } = found
      if (!canWrite(reader, found, 'cancel')) {
        contextOf(found)?.stop(reason)
        return true
      }
      const graph = admitting(reader, found)
      return told(async () => {
        if (graph === undefined) return (await journal?.as?.(byName(reader)).cancel(run.id, reason)) ?? false
        return (await journal?.cancel?.(graph, run.id, reason, optionsOf(reader))) ?? false
      })
    },

    async retry(reader, found) {
      check(reader, found, 'retry')
      const graph = admitting(reader, found) as ActedGraph
      // It settles when the run ends, which may take days. A refusal comes at once.
      const refused = journal?.retryFailed?.(graph, found.run.id, optionsOf(reader)).catch(refusalOnly)
      // One that comes later belongs to the run, which has its result in the journal.
      refused?.catch(() => undefined)
      const passed = new AbortController()
      const waited = clock.sleep(REFUSED_WITHIN_MS, passed.signal).catch(() => undefined)
      await told(() => Promise.race([refused, waited])).finally(() => passed.abort())
      return true
    },
  }

  /** The question at a path, which may be the path as it is shown: without secrets. */
  function questionAt({ id, questions }: RunState, path: readonly string[]): KeptQuestion | undefined {
    const exact = questions.find((one) => samePath(one.path, path))
    if (exact !== undefined) return exact
    const [first, ...others] = questions.filter((one) => samePath(shownPath(one.path, redactor), path))
    if (others.length === 0) return first
    throw new Refused(
      409,
      'inspector/cannot-act',
      `Run ${JSON.stringify(id)} asks ${others.length + 1} questions at ${path.join('/')}, whose keys differ only in what is redacted. Answer them by your code.`,
    )
  }

  /** Does an act. The refusal of a journal or of an interceptor is the reader's to see, without secrets. */
  async function told<T>(act: () => Promise<T>): Promise<T> {
    try {
      return await act()
    } catch (error) {
      const code = StageflowError.is(error) ? error.code : 'inspector/act-failed'
      throw new Refused(409, code, redactor.text(error instanceof Error ? error.message : String(error)))
    }
  }
}

/** What can stop a run in this process. */
const contextOf = ({ run, live }: Found): RunContext | undefined => live?.context ?? run.context

const PAST: Readonly<Record<InspectorAct, string>> = { answer: 'answered', cancel: 'cancelled', retry: 'retried' }

/** A run that fails again was not refused. */
function refusalOnly(error: unknown): void {
  if (!StageflowError.is(error, 'core/pipeline-failed')) throw error
}

const optionsOf = (reader: Reader): RunOptions => ({ token: reader.token }) as RunOptions

/** The answers of a run with one answer, at its path. */
const answersAt = (path: readonly string[], answer: unknown): object =>
  path.reduceRight<unknown>((inner, name) => ({ [name]: inner }), answer) as object
