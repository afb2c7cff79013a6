import type { EventFields, EventMap, StageEventMap, StageflowEvent } from '@stageflow/core'
import { TEXT, checkOptions, required, whole } from '@stageflow/core/kit'
import type { OptionRule, OptionRules } from '@stageflow/core/kit'
import type { EventOf } from './recording-sink.ts'

/** The data of an event type. A type that isn't declared takes any object. */
export type EventData<Type extends string> = Type extends keyof EventMap
  ? EventMap[Type]
  : Type extends `stage.${string}.${infer Kind extends keyof StageEventMap}`
    ? StageEventMap[Kind]
    : object

/** Fields of an event that `eventOf` sets by default. */
export type EventOverrides = Partial<Omit<EventFields<string, object>, 'type' | 'data'>>

const RULES: OptionRules<EventOverrides> = {
  seq: whole(0),
  leg: whole(2),
  timestamp: [Number.isFinite, 'a finite number of milliseconds'],
  pipelineRunId: TEXT,
  parentRunId: TEXT,
  requestId: TEXT,
  sessionId: TEXT,
  userId: TEXT,
  orgId: TEXT,
  interactionId: TEXT,
  stage: TEXT,
}
const DATA: OptionRule = [
  (value) => typeof value === 'object' && value !== null,
  'an object with the data of the event, such as {}',
]
const ARGUMENTS: OptionRules = { type: required(TEXT), data: required(DATA) }

const STAGE_EVENT = /^stage\.([^.]+)\.[^.]+$/

/**
 * Makes an event for tests of sinks and exporters, as the engine would. The events of a stage have its name as `stage`. Default: `seq`
 * and `timestamp` are 0, `pipelineRunId` is `run-1`, and the other ids are undefined.
 */
export function eventOf<Type extends string>(
  type: Type,
  data: EventData<Type>,
  overrides: EventOverrides = {},
): EventOf<Type> & StageflowEvent {
  const where = 'eventOf(type, data, overrides)'
  checkOptions(where, 'testing/illegal-option', { type, data }, ARGUMENTS)
  checkOptions(where, 'testing/illegal-option', overrides, RULES)
  const event = {
    type,
    data,
    seq: 0,
    timestamp: 0,
    pipelineRunId: 'run-1',
    parentRunId: undefined,
    requestId: undefined,
    sessionId: undefined,
    userId: undefined,
    orgId: undefined,
    interactionId: undefined,
    stage: STAGE_EVENT.exec(type)?.[1],
    ...overrides,
  }
  return event as unknown as EventOf<Type> & StageflowEvent
}
