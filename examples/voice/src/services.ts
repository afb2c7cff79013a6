import { setTimeout as wait } from 'node:timers/promises'

// Two services that a real assistant asks over a network. They stand in for it: they decide by themselves, after the time of a request.

const MODERATION_MS = 120
const PROFILE_MS = 60

/** Why a question must not be answered; undefined if it may. */
export async function moderate(question: string, signal: AbortSignal): Promise<string | undefined> {
  await wait(MODERATION_MS, undefined, { signal })
  return /\bmessages of\b/.test(question) ? 'The messages of other people are private.' : undefined
}

/** The profile of the person who speaks. */
export async function findProfile(signal: AbortSignal): Promise<{ readonly name: string }> {
  return wait(PROFILE_MS, { name: 'Ada' }, { signal })
}
