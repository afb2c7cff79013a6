const CHARACTERS_PER_TOKEN = 4

/** About how many tokens the parts of a request have: one for 4 characters of their JSON. */
export const inputTokensOf = (...parts: readonly unknown[]): number =>
  Math.ceil(
    parts.reduce((sum: number, part) => sum + (part === undefined ? 0 : JSON.stringify(part).length), 0) /
      CHARACTERS_PER_TOKEN,
  )
