/** Waits until `check` returns something, for half a minute at most. */
export async function observed<T>(check: () => T | undefined | false | Promise<T | undefined | false>): Promise<T> {
  const end = Date.now() + 30_000
  for (;;) {
    const found = await check()
    if (found !== undefined && found !== false) return found
    if (Date.now() > end) throw new Error('This was not observed within 30 s.')
    await new Promise((resolve) => setTimeout(resolve, 10))
  }
}

/** Repeats `ask` for half a minute until it doesn't reject: a server that has just started refuses some requests. */
export async function answered<T>(ask: () => Promise<T>): Promise<T> {
  const end = Date.now() + 30_000
  for (;;) {
    try {
      return await ask()
    } catch (error) {
      if (Date.now() > end) throw error
      await new Promise((resolve) => setTimeout(resolve, 20))
    }
  }
}

/** Tries an act with ever longer limits until it returns something: on a busy machine, code may begin after a short limit. */
export async function withinSomeLimit<T>(
  firstMs: number,
  act: (timeoutMs: number) => Promise<T | undefined>,
): Promise<T> {
  for (let timeoutMs = firstMs; ; timeoutMs *= 4) {
    const found = await act(timeoutMs)
    if (found !== undefined) return found
  }
}
