import { createSlot } from '@stageflow/core'
import type {
  CallPart,
  Interceptor,
  InterceptorContext,
  MapItem,
  PipelineInfo,
  RunContext,
  RunOutcome,
  Slot,
  StageInfo,
  StageKind,
  StageRecord,
} from '@stageflow/core'
import { checkArgumentCount, isVerdict } from '@stageflow/core/kit'
import { createRedactor } from '@stageflow/core/redaction'
import { pino } from 'pino'
import type { Logger } from 'pino'

import { itemLine, runLine, stageLine } from './lines.ts'
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
const ITEM_MESSAGES = {
  ok: 'item completed',
  skip: 'item skipped',
  cancel: 'item cancelled',
  fail: 'item failed',
  suspend: 'item suspended',
} as const
/** The status of a stage whose level the line of a run has. */
const STATUS = { completed: 'ok', cancelled: 'cancel', failed: 'fail', suspended: 'suspend' } as const

export interface LoggingInterceptor extends Interceptor {
  /** Where the lines go: your logger, or a new one. */
  readonly logger: Logger
}

/** Logs one line when a stage, an item of a map or a run ends, through pino, without data and without secrets. Errors: `logging/illegal-option`. */
export function logging(options: LoggingOptions = {}): LoggingInterceptor {
  checkArgumentCount(arguments.length, 1, 'logging(options)', 'logging/illegal-option')
  checkLoggingOptions(options)
  const { logger = pino(), startLines = false, data = false } = options
  const levels = levelsOf(options.levels)
  const redactor = createRedactor(options.redaction, { maxLength: 2_048 })
  const kindsOf = stageKinds()

  const endStage = (log: RunLog, record: StageRecord, run: RunContext): void => {
    const { stage, status = 'fail', tolerated } = record
    const isItem = run.item !== undefined
    const ending = status === 'fail' && log.verdicts.has(stage) ? 'verdict' : status
    const level = levels[isItem && status !== 'fail' ? 'item' : tolerated === true ? 'tolerated' : ending]
    const fields = (): object => stageLine(record, kindsOf(run.pipeline).get(stage), run, redactor, data)
    const messages = isItem ? ITEM_MESSAGES : STAGE_MESSAGES
    log.show()
    log.write(level, messages[status], fields)
  }
  const endRun = (log: RunLog, outcome: RunOutcome): void => {
    const [first] = outcome.errors
    const isOfGuard = outcome.status === 'failed' && first?.stage !== undefined && log.verdicts.has(first.stage)
    const level = levels[isOfGuard ? 'verdict' : STATUS[outcome.status]]
    log.write(level, RUN_MESSAGES[outcome.status], () => runLine(outcome, redactor))
  }
  /** The log of this run: a child run reads the slots of its parent. */
  const logOf = (context: InterceptorContext): RunLog | undefined => {
    const log = context.get(LOGGER)
    return log instanceof RunLog && log.run.pipelineRunId === context.pipelineRunId ? log : undefined
  }
  /** Writes the line inside the async contexts around the call, such as the span of the stage. */
  const startLine = (info: StageInfo): CallPart => {
    const { name: stage, kind, itemOf } = info
    const [level, message] = itemOf === undefined ? [levels.start, 'stage started'] : [levels.item, 'item started']
    return {
      enter(next, context) {
        const log = logOf(context)
        if (log !== undefined)
          log.write(level, message, () => ({
            stage,
            kind,
            item: log.mayBeRefused(itemOf ?? info) ? placeOf(context.item) : itemLine(context.item, redactor),
            attempt: context.attempt,
          }))
        next()
      },
    }
  }
  /** Remembers the verdicts of a guard. A record doesn't tell them from what it threw. */
  const verdictsOf = (guard: StageInfo): CallPart => ({
    ended(output, context) {
      const { verdicts } = logOf(context) ?? {}
      if (isVerdict(guard, output)) verdicts?.add(guard.name)
      else verdicts?.delete(guard.name) // it was tried again
    },
  })

  return {
    name: 'logging',
    core: '^1.0.0',
    logger,
    aroundMaps: true,
    onCall: (stage) => {
      const isGuard = stage.kind === 'guard'
      if (!startLines && !isGuard) return undefined
      const part = { ...(isGuard && verdictsOf(stage)), ...(startLines && startLine(stage)) }
      return () => part
    },
    onRun: (run) => {
      // Silent. It is read once per run, whose stages then cost nothing.
      if (logger.levelVal === Infinity) return undefined
      const log = new RunLog(run, logger, redactor)
      run.set(LOGGER, log)
      if (startLines) log.write(levels.start, 'run started', () => ({ stages: run.pipeline.stages.length }))
      return {
        settled: (record, runOfStage) => endStage(log, record, runOfStage),
        ended: (outcome) => endRun(log, outcome),
      }
    },
  }
}

/** An item of a stage that a gate may still refuse, without its key, which the stage has made. */
const placeOf = (item: MapItem | undefined): object | undefined => item && { index: item.index }

/** The levels with their defaults. An undefined level counts as not given. */
function levelsOf(given: LoggingLevels = {}): Required<LoggingLevels> {
  const levels = { ...DEFAULT_LEVELS }
  for (const name of Object.keys(DEFAULT_LEVELS) as (keyof LoggingLevels)[]) {
    const level = given[name]
    if (level !== undefined) levels[name] = level
  }
  return levels
}

/** Returns the kinds of a pipeline's stages by name. Reads each pipeline once. */
function stageKinds(): (pipeline: PipelineInfo) => ReadonlyMap<string, StageKind> {
  const known = new WeakMap<PipelineInfo, ReadonlyMap<string, StageKind>>()
  return (pipeline) => {
    const read = known.get(pipeline)
    if (read !== undefined) return read
    const kinds = new Map(pipeline.stages.map(({ name, kind }) => [name, kind]))
    known.set(pipeline, kinds)
    return kinds
  }
}
