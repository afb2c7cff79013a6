import { createSlot } from '@stageflow/core'
import type {
  Interceptor,
  PipelineInfo,
  RunContext,
  RunOutcome,
  RunStage,
  Slot,
  StageKind,
  StageRecord,
} from '@stageflow/core'
import { createRedactor } from '@stageflow/core/redaction'
import { pino } from 'pino'
import type { LevelWithSilent, Logger } from 'pino'

import { idsOf, runLine, stageLine } from './lines.ts'
import { DEFAULT_LEVELS, checkOptions } from './options.ts'
import type { LoggingLevels, LoggingOptions } from './options.ts'

/** The logger of the run, which says the run's ids in each line; for stages that log something themselves. */
export const LOGGER: Slot<Logger> = createSlot<Logger>('logging/logger')
interface LoggedRun {
  readonly run: RunContext
  readonly own: Logger
}
/** Whose logger that is: a child run reads the slots of its parent. */
const LOGGED_RUN: Slot<LoggedRun> = createSlot<LoggedRun>('logging/run')

const RUN_MESSAGES = { completed: 'run completed', cancelled: 'run cancelled', failed: 'run failed' } as const
const STAGE_MESSAGES = {
  ok: 'stage completed',
  skip: 'stage skipped',
  cancel: 'stage cancelled',
  fail: 'stage failed',
} as const
const STATUS = { completed: 'ok', cancelled: 'cancel', failed: 'fail' } as const

/** One line where a stage ends, and one where a run ends, through pino; without data, and without secrets. Errors: `logging/illegal-option`. */
export function logging(options: LoggingOptions = {}): Interceptor {
  checkOptions(options)
  const { logger = pino(), startLines = false, data = false, redaction } = options
  const levels = levelsOf(options.levels)
  const redactor = createRedactor({ ...redaction, maxLength: redaction?.maxLength ?? 2_048 })
  const kindsOf = stageKinds()

  const write = (to: Logger, level: LevelWithSilent, fields: object, message: string): void => {
    if (level !== 'silent') to[level](fields, message)
  }
  /** The run that was asked for last: stage after stage it is mostly the same. */
  let last: LoggedRun | undefined
  const loggerOf = (run: RunContext): Logger => {
    if (last?.run === run) return last.own
    const known = run.get(LOGGED_RUN)
    if (known?.run === run) return (last = known).own
    last = { run, own: logger.child(idsOf(run)) }
    run.set(LOGGER, last.own)
    run.set(LOGGED_RUN, last)
    return last.own
  }
  const endStage = (record: StageRecord, run: RunContext): void => {
    if (logger.levelVal === Infinity) return // silent: asked at every stage
    const { stage, status = 'fail' } = record
    const level = levels[record.tolerated === true ? 'tolerated' : status]
    if (level === 'silent' || !logger.isLevelEnabled(level)) return
    const kind = kindsOf(run.pipeline).get(stage)
    const fields = stageLine(record, kind, run, redactor, data)
    write(loggerOf(run), level, fields, STAGE_MESSAGES[status])
  }
  const endRun = (outcome: RunOutcome, run: RunContext): void => {
    const level = levels[STATUS[outcome.status]]
    if (level !== 'silent' && logger.isLevelEnabled(level))
      write(loggerOf(run), level, runLine(outcome, redactor), RUN_MESSAGES[outcome.status])
    last = undefined // kept, it would keep the whole run
  }
  const startStage =
    (next: RunStage, stage: string, kind: StageKind): RunStage =>
    (context) => {
      const { run } = context
      try {
        if (logger.isLevelEnabled(levels.start))
          write(loggerOf(run), levels.start, { stage, kind, attempt: context.attempt }, 'stage started')
      } catch (error) {
        run.problem(error) // a logger that throws is a problem of the run, never its end
      }
      return next(context)
    }

  return {
    name: 'logging',
    ...(startLines ? { wrap: (next, { name, kind }) => startStage(next, name, kind) } : undefined),
    settled: endStage,
    runSettled: endRun,
    runStarted: (run) => {
      if (logger.level === 'silent') return
      const own = loggerOf(run)
      if (startLines) write(own, levels.start, { stages: run.pipeline.stages.length }, 'run started')
    },
  }
}

/** What is undefined was not given. */
function levelsOf(given: LoggingLevels = {}): Required<LoggingLevels> {
  const levels = { ...DEFAULT_LEVELS }
  for (const key of Object.keys(DEFAULT_LEVELS) as (keyof LoggingLevels)[]) levels[key] = given[key] ?? levels[key]
  return levels
}

/** The kinds of a pipeline's stages by name, read once a pipeline. */
function stageKinds(): (pipeline: PipelineInfo) => ReadonlyMap<string, StageKind> {
  const known = new WeakMap<PipelineInfo, ReadonlyMap<string, StageKind>>()
  return (pipeline) => {
    let kinds = known.get(pipeline)
    if (kinds === undefined) {
      kinds = new Map(pipeline.stages.map(({ name, kind }) => [name, kind]))
      known.set(pipeline, kinds)
    }
    return kinds
  }
}
