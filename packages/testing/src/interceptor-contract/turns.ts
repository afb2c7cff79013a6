/** Makes a function that calls what it is given one at a time: cases may run at the same time. */
export function oneAtATime(): <T>(act: () => Promise<T>) => Promise<T> {
  let last: Promise<unknown> = Promise.resolve()
  return (act) => {
    const turn = last.then(act)
    last = turn.catch(() => {})
    return turn
  }
}
