import type { StageContext } from '@stageflow/core'

/** Yields the answer to a prompt as it comes, and returns all of it. */
export type Model = (
  context: StageContext,
  prompt: string,
) => AsyncGenerator<string, { readonly text: string }, unknown>

/** Returns the prompt. Call your model here, with a key of the environment, and pass `context.signal` to it. */
export function openModel(_env: NodeJS.ProcessEnv): Model {
  return async function* echo(_context, prompt) {
    yield `You sent: ${prompt}`
    return { text: `You sent: ${prompt}` }
  }
}
