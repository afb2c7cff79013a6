import { didYouMean } from '@stageflow/core/kit'

/** ` Did you mean "x"?` for a word that is nearly one of these; otherwise ''. */
export function guess(word: string, known: Iterable<string>): string {
  const meant = didYouMean(word, known)
  return meant === undefined ? '' : ` D${meant.slice(1)}`
}
