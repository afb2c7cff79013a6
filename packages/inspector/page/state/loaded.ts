import { useSignal } from '@preact/signals'
import { useEffect } from 'preact/hooks'

import { problemOf, read } from './requests.ts'

/** What the server answers, once it has: the answer, or why there is none. */
export interface Loaded<Answer> {
  readonly answer?: Answer
  readonly problem?: string
}

/** Reads from the server when the component is shown. */
export function useLoaded<Answer>(path: string): Loaded<Answer> {
  const loaded = useSignal<Loaded<Answer>>({})
  useEffect(() => {
    read<Answer>(path).then(
      (answer) => (loaded.value = { answer }),
      (error: unknown) => (loaded.value = { problem: problemOf(error) }),
    )
  }, [path])
  return loaded.value
}
