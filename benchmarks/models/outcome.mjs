import { CHUNKS } from './faults.mjs'

// What a run was, read from what its reader got, and from nothing else.

const WHOLE = CHUNKS.join('')

/** `texts`: what the reader got. `failed`: it got an error. `ended`: the run ended in time. `asked`: whether the spare was. */
export function outcomeOf({ texts, failed, ended, asked }) {
  const text = texts.join('')
  const beginnings = text.split(CHUNKS[0]).length - 1
  const what =
    beginnings > 1 ? timesText(beginnings) : text === '' ? 'no text' : text === WHOLE ? 'whole text' : 'half a text'
  if (!ended) return `${what}, no end`
  if (failed) return text === '' ? 'an error' : `${what}, then an error`
  return text === WHOLE && asked ? 'the spare answers' : `${what}, no error`
}

const timesText = (times) => (times === 2 ? 'text twice' : `text ${times} times`)

/** What a contender says that a stopped answer has used. `late`: it never did. */
export function usageOutcomeOf({ value, error, late }) {
  if (late) return 'asking never ends'
  if (error !== undefined) return 'asking throws'
  const { inputTokens, outputTokens, totalTokens, input_tokens, output_tokens, estimated } = value ?? {}
  const [input, output] = [inputTokens ?? input_tokens, outputTokens ?? output_tokens]
  if (input === undefined && output === undefined)
    return totalTokens === undefined ? 'nothing' : `${totalTokens} tokens`
  const said = `${input ?? '?'} input, ${output ?? '?'} output`
  return estimated === true ? `${said}, estimated` : said
}
