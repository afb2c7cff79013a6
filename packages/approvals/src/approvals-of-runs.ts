import { createHash } from 'node:crypto'

import { type Clock, type RunOptions, StageflowError, systemClock } from '@stageflow/core'
import { isGuarded, stageAsking } from '@stageflow/core/durable'
import {
  checkArgumentCount,
  checkedMethods,
  checkOptions,
  CLOCK,
  functionLike,
  MILLISECONDS,
  objectWith,
  type OptionRule,
  type OptionRules,
  read,
  refuseOptions,
  required,
  show,
} from '@stageflow/core/kit'

import type { ApprovalOwner, Decider, AllowsDecision, PendingApproval, PendingPage } from './approval.ts'
import { checkDecider, checkOwner, checkPage } from './approval-checks.ts'
import { requireAllowed, sameUser } from './allows.ts'
import { openStages, runOfPlace } from './suspended-runs.ts'
import type { RunAnswerOptions, AnsweredGraph, OpenStage, SuspendedRuns, WaitingRun } from './suspended-runs.ts'

/** The options of `approvalsOfRuns()`. */
export interface ApprovalsOfRunsOptions {
  /** The durable runs, such as `durableLocal({ path })`. */
  readonly runs: SuspendedRuns
  /** The graphs whose stages are listed and answered. */
  readonly graphs: readonly AnsweredGraph[]
  /**
   * Says who may answer what. Asked before the interceptors of the graph. Default: the user who began the run; at a stage with
   * `answeredBy`, each caller whom the interceptors admit.
   */
  readonly allows?: AllowsDecision<unknown>
  /** Maximum time for `allows`, in ms. Default: 5,000. */
  readonly allowsTimeoutMs?: number
  /** Measures how long a question can be answered. Default: the system's. */
  readonly clock?: Clock
}

/**
 * A stage that waits for an answer. `action` has the names of the stage, and `arguments` its request. `leftMs` is `Infinity` if it waits
 * without a limit.
 */
export interface RunApproval extends PendingApproval {
  readonly pipeline: string
  /** The names of the stage, from the outermost: `['kid', 'check']`. */
  readonly path: readonly string[]
  /** The JSON Schema of its answer (draft 2020-12), for a form, if the `answerSchema` of the stage has one. */
  readonly answerSchema: object | undefined
}

/** What waits for a person in durable runs. */
export interface RunApprovals {
  /** The stages that wait for an answer, those of the newest run first. `of`: as for `Approvals`. It checks no rights. */
  pending(of?: ApprovalOwner, page?: PendingPage): Promise<readonly RunApproval[]>
  /**
   * Keeps the answer of a stage, so that its run goes on where `recover` is watching. `by`: who answers, of the tenant of the run; `allows` must allow it. If
   * the interceptors verify another person, it rejects with `durable-engine/other-author`.
   * `options`: run options for the interceptors of the graph, such as a token. Rejects with `approvals/not-waiting`,
   * `approvals/not-allowed`, `approvals/unknown`, `approvals/illegal-option`, and like `answer` of the durable runs. If the rule
   * fails, it rejects with `approvals/allows-failed`, `approvals/timed-out`, or the `StageflowError` that was thrown.
   */
  decide(id: string, answer: unknown, by?: Decider, options?: RunOptions): Promise<void>
}

const isGraph = (given: unknown): boolean =>
  typeof read(given, 'name') === 'string' && typeof read(given, 'info') === 'object'
const OPTIONS: OptionRules<ApprovalsOfRunsOptions> = {
  runs: required(objectWith('durable runs', 'list', 'get', 'answer')),
  graphs: required([(graphs) => Array.isArray(graphs) && graphs.every(isGraph), 'an array of built graphs']),
  allows: functionLike('({ request, answer, by }) => boolean'),
  allowsTimeoutMs: MILLISECONDS,
  clock: CLOCK,
}
const PLACE: OptionRule = [
  (place) => typeof place === 'string' && /^[^/~]+\/[^~]+$/.test(place),
  'the place of the last approval of the page before',
]
/** How many runs are listed at once. */
const RUNS_PER_LIST = 100

/**
 * The stages of durable runs that wait for an answer, listed and decided as `Approvals` does it for tool calls. It stores nothing: it is
 * a view of the runs. Throws `approvals/illegal-option`.
 */
export function approvalsOfRuns(options: ApprovalsOfRunsOptions): RunApprovals {
  checkArgumentCount(arguments.length, 1, 'approvalsOfRuns(options)', 'approvals/illegal-option')
  checkOptions('approvalsOfRuns()', 'approvals/illegal-option', options, OPTIONS)
  const { runs, allows, allowsTimeoutMs = 5_000, clock = systemClock } = options
  const graphs = graphsByName(options.graphs)
  const isOpen = ({ until }: OpenStage): boolean => until === undefined || until > clock.now()

  const isListed = (run: WaitingRun, of: ApprovalOwner): boolean => isOf(run, of) && graphs.has(run.pipeline)

  /** Those of one run, if it is one of those that were asked for: the id may come from a request. */
  async function stagesOfRun(runId: string, of: ApprovalOwner): Promise<readonly OpenStage[]> {
    return (await openStages(runs, runId)).filter(({ run }) => isListed(run, of))
  }

  async function* stagesOf(of: ApprovalOwner, after: string | undefined): AsyncGenerator<OpenStage, void> {
    let last = after === undefined ? undefined : runOfPlace(after)
    // The page before may have ended in the middle of a run.
    if (last !== undefined) yield* (await stagesOfRun(last, of)).filter(({ place }) => place > (after as string))
    for (;;) {
      const from = last === undefined ? {} : { after: last }
      const listed = await runs.list({ status: 'suspended', ...of, limit: RUNS_PER_LIST, ...from })
      for (const run of listed) if (isListed(run, of)) yield* await stagesOfRun(run.runId, of)
      last = listed.at(-1)?.runId
      if (last === undefined) return
    }
  }

  const approvals: RunApprovals = {
    async pending(of = {}, page = {}) {
      checkOwner('pending', of)
      checkPage(page, PLACE)
      const { limit = 100, after } = page
      const list: RunApproval[] = []
      for await (const stage of stagesOf(of, after)) {
        if (isOpen(stage)) list.push(approvalOf(stage, clock))
        if (list.length === limit) break
      }
      return list
    },
    async decide(id, answer, by = {}, runOptions) {
      if (typeof id !== 'string')
        refuseOptions('decide()', 'approvals/illegal-option', [`the id must be that of an approval, not ${show(id)}`])
      checkDecider(by)
      if (Object.hasOwn(runOptions ?? {}, 'of'))
        refuseOptions('decide()', 'approvals/illegal-option', [
          'leave out `of`: the run of the approval says who asked',
        ])
      const stage = await waitingStage(id, by)
      const graph = graphs.get(stage.run.pipeline) as AnsweredGraph
      const rule = allows ?? (hasRoles(graph, stage.path) ? undefined : sameUser)
      if (rule !== undefined)
        await requireAllowed(rule, { request: approvalOf(stage, clock), answer, by }, allowsTimeoutMs)
      await runs.answer(
        graph,
        stage.run.runId,
        answersAt(stage.path, answer),
        answerOptions(graph, stage, by, runOptions),
      )
    },
  }
  return Object.freeze(
    checkedMethods(approvals, {
      code: 'approvals/illegal-option',
      calls: { pending: [['of', 'page']], decide: [['id', 'answer', 'by', 'options']] },
    }),
  )

  /** The stage of an id, in the tenant of the person. Throws if no run has such a stage, or if it doesn't wait for this answer. */
  async function waitingStage(id: string, by: Decider): Promise<OpenStage> {
    const place = id.split('~', 1)[0] as string
    const run = PLACE[0](place) ? await runs.get(runOfPlace(place)) : undefined
    if (run === undefined || run.orgId !== by.orgId || !graphs.has(run.pipeline)) throw unknown(id)
    const stage = (await openStages(runs, run.runId)).find((each) => each.place === place)
    if (stage === undefined || !isOpen(stage)) throw notWaiting(id, 'waits for no answer')
    if (idOf(stage) !== id) throw notWaiting(id, 'asks something else now')
    return stage
  }
}

/** Whether the stage of a path has `answeredBy`. Only interceptors that check it claim that option. */
const hasRoles = (graph: AnsweredGraph, path: readonly string[]): boolean =>
  (read(stageAsking(graph, path)?.options, 'answeredBy') ?? false) !== false

/** The options of an answer, with the question that was shown, and with the person who answers it, if there is one. */
function answerOptions(
  graph: AnsweredGraph,
  { question }: OpenStage,
  { userId, orgId }: Decider,
  options: RunOptions | undefined,
): RunAnswerOptions {
  // Without interceptors that verify a person, `allows` alone says who decides.
  const expectedBy = isGuarded(graph)
    ? { ...(userId !== undefined && { userId }), ...(orgId !== undefined && { orgId }) }
    : {}
  return {
    ...options,
    ...(question !== undefined && { question }),
    ...(Object.keys(expectedBy).length > 0 && { expectedBy }),
  }
}

function graphsByName(graphs: readonly AnsweredGraph[]): ReadonlyMap<string, AnsweredGraph> {
  const byName = new Map(graphs.map((graph) => [graph.name, graph]))
  const twice = graphs.find((graph) => byName.get(graph.name) !== graph)
  if (twice !== undefined)
    refuseOptions('approvalsOfRuns()', 'approvals/illegal-option', [
      `two graphs have the name ${show(twice.name)}, so an answer would not find its own`,
    ])
  return byName
}

/** Whether a listed run is one of those that were asked for. A list without an id has the runs of all. */
const isOf = (run: WaitingRun, { orgId, userId }: ApprovalOwner): boolean =>
  run.orgId === orgId && (run.userId === userId || (orgId !== undefined && userId === undefined))

function approvalOf(stage: OpenStage, clock: Clock): RunApproval {
  const { run, path, request, until, answerSchema, place } = stage
  return Object.freeze({
    id: idOf(stage),
    status: 'pending',
    action: path.join('/'),
    arguments: request,
    callId: undefined,
    pipelineRunId: run.runId,
    pipeline: run.pipeline,
    path,
    answerSchema,
    orgId: run.orgId,
    userId: run.userId,
    decision: undefined,
    leftMs: until === undefined ? Infinity : Math.max(0, until - clock.now()),
    place,
  })
}

/** Names a question by its place and by what it asks: an answer to what a person has seen is not one to the next question of the stage. */
function idOf({ place, request }: OpenStage): string {
  const asked = createHash('sha256').update(JSON.stringify(request)).digest('base64url')
  return `${place}~${asked.slice(0, 12)}`
}

/** `{ kid: { check: answer } }` of `['kid', 'check']`. */
const answersAt = (path: readonly string[], answer: unknown): object =>
  path.reduceRight<unknown>((inner, name) => Object.fromEntries([[name, inner]]), answer) as object

const unknown = (id: string): StageflowError =>
  new StageflowError(
    'approvals/unknown',
    `There is no run of this tenant and of the graphs of approvalsOfRuns() for ${show(id)}. Pass the id of an approval that pending() has listed, the tenant of its run, and all graphs whose runs wait.`,
  )

const notWaiting = (id: string, why: string): StageflowError =>
  new StageflowError(
    'approvals/not-waiting',
    `${show(id)} can't be decided: its stage ${why}. Show the person what waits: pending({ orgId, userId }).`,
  )
