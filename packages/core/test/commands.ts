import { OPERATION, OPERATION_BITS } from '../src/schedule/plan.ts'

/** What a command of the schedule says to do. */
export const operationOf = (command: number): number => command & OPERATION
/** The stage that a command of the schedule is about. */
export const stageOf = (command: number): number => command >> OPERATION_BITS
