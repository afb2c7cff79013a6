import { createSlot } from '@stageflow/core'
import type {
  CallPart,
  Interceptor,
  OnCall,
  PipelineInfo,
  RunContext,
  RunOutcome,
  Slot,
  StageInfo,
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
/** Whose logger that is: a child run reads the slots of its parent. */
const LOGGED_RUN: Slot<{ readonly run: RunContext; readonly own: Logger }> = createSlot('logging/run')

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

  const write = (to: Logger, level: LevelWithSilent, fields: object, message: string): unknown =>
    level === 'silent' ? undefined : to[level](fields, message)
  const endStage = (own: Logger, record: StageRecord, run: RunContext): unknown => {
    const { stage, status = 'fail' } = record
    const level = levels[record.tolerated === true ? 'tolerated' : status]
    if (level === 'silent' || !logger.isLevelEnabled(level)) return undefined
    const kind = kindsOf(run.pipeline).get(stage)
    return write(own, level, stageLine(record, kind, run, redactor, data), STAGE_MESSAGES[status])
  }
  const endRun = (own: Logger, outcome: RunOutcome): unknown => {
    const level = levels[STATUS[outcome.status]]
    if (level === 'silent' || !logger.isLevelEnabled(level)) return undefined
    return write(own, level, runLine(outcome, redactor), RUN_MESSAGES[outcome.status])
  }
  const broken = new WeakSet<RunContext>()
  const loggerThrew = (run: RunContext, cause: unknown): void => {
    if (!broken.has(run)) run.problem(cause)
    broken.add(run)
  }
  /** A logger that throws, or that is asynchronous and rejects, is a problem of the run, told once; the lines to come may get through. */
  const safely = (run: RunContext, log: () => unknown): void => {
    try {
      const answer = log()
      if (answer instanceof Promise) answer.catch((cause: unknown) => loggerThrew(run, cause))
    } catch (cause) {
      loggerThrew(run, cause)
    }
  }
  /** Written as the call is entered: within what others have set around it, such as the span of the stage. */
  const startLine = ({ name: stage, kind }: StageInfo): OnCall => {
    const part: CallPart = {
      enter(next, context) {
        safely(context.run, () => {
          const logged = context.get(LOGGED_RUN)
          if (logged?.run !== context.run || !logger.isLevelEnabled(levels.start)) return undefined
          return write(logged.own, levels.start, { stage, kind, attempt: context.attempt }, 'stage started')
        })
        next()
      },
    }
    return () => part
  }

  return {
    name: 'logging',
    ...(startLines ? { onCall: startLine } : undefined),
    onRun: (run) => {
      if (logger.levelVal === Infinity) return undefined // silent: asked once a run, whose stages then cost nothing
      const own = logger.child(idsOf(run))
      run.set(LOGGER, own)
      run.set(LOGGED_RUN, { run, own })
      if (startLines) safely(run, () => write(own, levels.start, { stages: run.pipeline.stages.length }, 'run started'))
      return {
        settled: (record) => safely(run, () => endStage(own, record, run)),
        ended: (outcome) => safely(run, () => endRun(own, outcome)),
      }
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
