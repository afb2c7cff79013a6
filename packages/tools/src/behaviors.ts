import type { AnyTool } from './tool-types.ts'

/** Whether calls of this execution mode may use the tool; without a mode only those tools that every mode may use. */
export function mayUse({ behaviors }: AnyTool, behavior: string | undefined): boolean {
  return behaviors === undefined || (behavior !== undefined && behaviors.includes(behavior))
}
