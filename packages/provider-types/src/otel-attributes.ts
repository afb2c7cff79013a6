import { type Checks, readFields } from './fields.ts'

/**
 * Which names attributes have: those of the last released GenAI conventions (`1.41`), the unreleased ones of their new repository
 * (`genai-main`), or both if they differ (`dual`).
 */
export type Semconv = '1.41' | 'genai-main' | 'dual'

export interface OtelOptions {
  /** Default: `1.41`. */
  readonly semconv?: Semconv | undefined
}

/** OpenTelemetry attributes for `span.setAttributes`: a new object each time. */
export type OtelAttributes = Record<string, string | number | boolean | string[]>

const CHECKS: Checks<OtelOptions> = {
  semconv: (value, field, problems) =>
    value === '1.41' || value === 'genai-main' || value === 'dual'
      ? value
      : problems.range(field, '"1.41", "genai-main" or "dual"', value),
}

/** The option, checked. */
export function semconvOf(owner: string, options: OtelOptions = {}): Semconv {
  const { semconv } = readFields(`${owner}.toOtelAttributes`, CHECKS, [], options)
  return semconv ?? '1.41'
}

/** The entries that are not undefined. */
export function attributes(
  entries: Readonly<Record<string, string | number | boolean | string[] | undefined>>,
): OtelAttributes {
  const kept: OtelAttributes = {}
  for (const [key, value] of Object.entries(entries)) if (value !== undefined) kept[key] = value
  return kept
}

/** OpenTelemetry's unit. */
export const seconds = (ms: number | undefined): number | undefined => (ms === undefined ? undefined : ms / 1_000)
