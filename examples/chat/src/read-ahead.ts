import type { LLMDelta } from '@stageflow/provider-types'
import type { ChunkQueue } from '@stageflow/streaming'
import type { AnswerStream } from './answerer.ts'
import type { Passage } from './passages.ts'

interface Reading {
  /** Starts the answer, which is to end when the signal aborts. */
  readonly ask: (signal: AbortSignal) => AnswerStream
  readonly signal: AbortSignal
  /** Told of everything that the model says, when it says it. */
  readonly onDelta: (delta: LLMDelta) => void
}

/**
 * Yields the words of an answer through the queue: the model is read while the terminal is busy, and no further ahead than the
 * queue is long. Whichever side ends, for whatever reason, the other one ends too, before this does.
 */
export async function* readAhead(
  tokens: ChunkQueue<string>,
  { ask, signal, onDelta }: Reading,
): AsyncGenerator<string, readonly Passage[], undefined> {
  const fill = async (): Promise<readonly Passage[]> => {
    let stream: AnswerStream | undefined
    try {
      stream = ask(AbortSignal.any([signal, tokens.closeSignal]))
      while (true) {
        const next = await stream.next()
        if (next.done) {
          tokens.close()
          return next.value
        }
        onDelta(next.value)
        const text = next.value.text ?? ''
        // False: the reader has left.
        if (text !== '' && !(await tokens.put(text))) break
      }
    } catch (error) {
      tokens.fail(error)
    }
    await stream?.return([]).catch(() => {})
    return []
  }
  const filling = fill()
  try {
    yield* tokens
  } finally {
    tokens.cancel()
    await filling
  }
  return filling
}
