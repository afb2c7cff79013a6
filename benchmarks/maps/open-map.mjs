/**
 * A pipeline whose only stage is a map. `as`: what the map calls for an item. It is `each` itself, or a pipeline whose only stage calls
 * `each`: given to the map, or started with `runChild`. If this core can't build the map, returns why as `missing`.
 */
export function openMap({ Pipeline }, { each, concurrency, interceptors, as }) {
  const child = new Pipeline('document').withStage('answer', (context) => each(context.snapshot.inputText, context))
  const inputOf = (item) => ({ inputText: item })
  const startChild = async (item, context) => {
    const result = await context.runChild(child, inputOf(item))
    if (result.status !== 'completed') throw new Error(`A child of the map ended as ${result.status}.`)
    return result.data.answer
  }
  const options = { function: { each }, runChild: { each: startChild }, pipeline: { each: child, input: inputOf } }
  let source
  const build = () =>
    new Pipeline('documents')
      .withMap('documents', { over: () => source, concurrency, ...options[as] })
      .build({ interceptors })
  let graph
  try {
    graph = build()
  } catch (error) {
    if (as === 'pipeline') return { missing: error.message }
    throw error
  }
  const read = as === 'pipeline' ? (output) => output.answer.value : (output) => output.value
  return {
    run: (items, signal) => {
      source = items
      return graph.run({}, signal && { signal })
    },
    valueAt: (result, index) => {
      if (result.status !== 'completed') throw new Error(`The map ended as ${result.status}.`)
      return read(result.data.documents.items[index])
    },
  }
}
