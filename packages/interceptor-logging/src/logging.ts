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
import type { Logger } from 'pino'

import { runLine, stageLine } from './lines.ts'
import { DEFAULT_LEVELS, checkLoggingOptions } from './options.ts'
import type { LoggingLevels, LoggingOptions } from './options.ts'
import { RunLog } from './run-log.ts'
import type { StageLogger } from './run-log.ts'

/** The logger of the run, for stages that write lines of their own: `context.get(LOGGER)?.info({ rows: 3 }, 'looked up')`. */
export const LOGGER: Slot<StageLogger> = createSlot<StageLogger>('logging/logger')

const RUN_MESSAGES = {
  completed: 'run completed',
  cancelled: 'run cancelled',
  failed: 'run failed',
  suspended: 'run suspended',
} as const
const STAGE_MESSAGES = {
  ok: 'stage completed',
  skip: 'stage skipped',
  cancel: 'stage cancelled',
  fail: 'stage failed',
  suspend: 'stage suspended',
} as const
const STATUS = { completed: 'ok', cancelled: 'cancel', failed: 'fail', suspended: 'suspend' } as const

export interface LoggingInterceptor extends Interceptor {
  /** Where the lines go: your logger, or a new one. */
  readonly logger: Logger
}

/** Logs one line when a stage ends and one when a run ends, through pino, without data and without secrets. Errors: `logging/illegal-option`. */
export function logging(options: LoggingOptions = {}): LoggingInterceptor {
  checkLoggingOptions(options)
  const { logger = pino(), startLines = false, data = false } = options
  const levels = levelsOf(options.levels)
  const redactor = createRedactor(options.redaction, { maxLength: 2_048 })
  const kindsOf = stageKinds()

  const endStage = (log: RunLog, record: StageRecord, run: RunContext): void => {
    const { stage, status = 'fail', tolerated } = record
    log.write(levels[tolerated === true ? 'tolerated' : status], STAGE_MESSAGES[status], () =>
      stageLine(record, kindsOf(run.pipeline).get(stage), run, redactor, data),
    )
  }
  const endRun = (log: RunLog, outcome: RunOutcome): void =>
    log.write(levels[STATUS[outcome.status]], RUN_MESSAGES[outcome.status], () => runLine(outcome, redactor))
  /** Writes the line inside the async contexts around the call, such as the span of the stage. */
  const startLine = ({ name: stage, kind }: StageInfo): OnCall => {
    const part: CallPart = {
      enter(next, context) {
        const log = context.get(LOGGER)
        // A child run reads the slots of its parent.
        if (log instanceof RunLog && log.run === context.run)
          log.write(levels.start, 'stage started', () => ({ stage, kind, attempt: context.attempt }))
        next()
      },
    }
    return () => part
  }

  return {
    name: 'logging',
    core: '^1.0.0',
    logger,
    ...(startLines ? { onCall: startLine } : undefined),
    onRun: (run) => {
      if (logger.levelVal === Infinity) return undefined // silent: read once per run, whose stages then cost nothing
      const log = new RunLog(run, logger, redactor)
      run.set(LOGGER, log)
      if (startLines) log.write(levels.start, 'run started', () => ({ stages: run.pipeline.stages.length }))
      return {
        settled: (record) => endStage(log, record, run),
        ended: (outcome) => endRun(log, outcome),
      }
    },
  }
}

/** The levels with their defaults. An undefined level counts as not given. */
function levelsOf(given: LoggingLevels = {}): Required<LoggingLevels> {
  const levels = { ...DEFAULT_LEVELS }
  for (const key of Object.keys(DEFAULT_LEVELS) as (keyof LoggingLevels)[]) levels[key] = given[key] ?? levels[key]
  return levels
}

/** Returns the kinds of a pipeline's stages by name. Reads each pipeline once. */
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
