import { onRejection, read } from '@stageflow/core/kit'
import type { CountTokens } from './call-usage.ts'
import type { Model, RequestSize } from './model.ts'

/** Whether it is a number from 0: functions of the app count tokens and money. */
export const isCount = (value: unknown): value is number => typeof value === 'number' && value >= 0 && value < Infinity

/** What a model says of the size of its request. `problem`: what its function threw. Never throws. */
export function sizeOf<Request>(model: Model<Request>, request: Request): RequestSize & { readonly problem?: unknown } {
  try {
    const size: unknown = model.size?.(request)
    onRejection(size, () => {}) // a promise that rejects must not end the process
    return { inputTokens: countIn(size, 'inputTokens'), maxOutputTokens: countIn(size, 'maxOutputTokens') }
  } catch (problem) {
    return { problem }
  }
}

function countIn(size: unknown, name: keyof RequestSize): number | undefined {
  const value = read(size, name)
  return isCount(value) ? value : undefined
}

/** How many tokens the function of the app counts in a text. Undefined if it throws, or returns something else. Never throws. */
export function countBy(countTokens: CountTokens, text: string): number | undefined {
  try {
    const count: unknown = countTokens(text)
    onRejection(count, () => {})
    return isCount(count) ? count : undefined
  } catch {
    return undefined
  }
}
