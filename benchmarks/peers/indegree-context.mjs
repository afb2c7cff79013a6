import { AsyncLocalStorage } from 'node:async_hooks'
import { buildWatched } from './indegree-watched.mjs'

const storage = new AsyncLocalStorage()

const watcher = {
  begin: (name) => ({ name }),
  call: (watched, body, context) => storage.run(watched, body, context),
  end() {},
  over() {},
}

/** The scheduler by hand with an AsyncLocalStorage set around every stage: the least that this can cost. */
export const build = (shape) => buildWatched(shape, () => watcher)
