import { Deferred, Effect } from 'effect'
import { bounded } from '../shapes.mjs'

const add = async (inputs) => {
  let value = 1
  for (let index = 0; index < inputs.length; index += 1) value += inputs[index].value
  return { value: bounded(value) }
}

/** A Deferred a stage; one fiber a stage waits for those it reads, runs the async function and completes its own. */
export function build(shape) {
  const sourcesOf = shape.stages.map(({ sources }) => sources)
  const indexes = sourcesOf.map((_, index) => index)
  const program = Effect.gen(function* () {
    const deferreds = yield* Effect.forEach(indexes, () => Deferred.make())
    const values = new Array(indexes.length)
    const stage = (index) => {
      const waits = sourcesOf[index].map((source) => Deferred.await(deferreds[source]))
      const inputs = waits.length === 0 ? Effect.succeed([]) : Effect.all(waits)
      return Effect.flatMap(inputs, (read) =>
        Effect.flatMap(
          Effect.promise(() => add(read)),
          (value) => {
            values[index] = value
            return Deferred.succeed(deferreds[index], value)
          },
        ),
      )
    }
    yield* Effect.forEach(indexes, stage, { concurrency: 'unbounded', discard: true })
    return values
  })
  return { run: () => Effect.runPromise(program), value: (values, index) => values[index].value }
}
