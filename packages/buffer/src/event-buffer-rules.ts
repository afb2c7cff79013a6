import {
  CLOCK,
  DELAY,
  FLAG,
  TIME_LIMIT,
  functionLike,
  objectWith,
  oneOf,
  read,
  required,
  whole,
} from '@stageflow/core/kit'
import type { OptionRule, OptionRules } from '@stageflow/core/kit'
import { DOWNSTREAM, requiredFunction } from './argument-rules.ts'
import { RETRY_PLAN } from './delivery-retry.ts'
import type { EventBufferListener, EventBufferPlan } from './event-buffer-plan.ts'

const [isPlaces] = whole(0)
const EXTRA_PLACES: OptionRule = [
  (value) => ['inFlight', 'last', 'waiting'].every((name) => isPlaces(read(value, name))),
  'an object of whole numbers from 0, such as { inFlight: 0, last: 100, waiting: 0 }',
  true,
]

export const EVENT_BUFFER_RULES: OptionRules<EventBufferPlan> = {
  clock: required(CLOCK),
  maxEntries: required(whole(1)),
  extraPlaces: EXTRA_PLACES,
  overflow: required(oneOf('block', 'drop-oldest', 'drop-newest', 'sample')),
  random: requiredFunction('() => number'),
  batchSize: required(whole(1)),
  flushIntervalMs: required(DELAY),
  isDeferred: required(FLAG),
  retry: RETRY_PLAN,
  attemptTimeoutMs: required(TIME_LIMIT),
  deliver: requiredFunction('(events, attempt) => Promise'),
  downstream: DOWNSTREAM,
  tooSlow: requiredFunction('() => Error'),
  givenUp: requiredFunction('() => Error'),
  lateFlush: requiredFunction('(stats, timeoutMs) => Error'),
  lateClose: requiredFunction('(stats, timeoutMs) => Error'),
}

export const LISTENER_RULES: OptionRules<EventBufferListener> = {
  noteLoss: functionLike('(event, reason) => void'),
  reportLoss: functionLike('(event, reason) => void'),
  added: functionLike('(size) => void'),
  refused: functionLike('(events, error, attempts) => Promise'),
  left: functionLike('(size) => void'),
  idle: functionLike('() => void'),
  ended: functionLike('() => void'),
  notice: objectWith('a notice', 'make', 'ended'),
}
