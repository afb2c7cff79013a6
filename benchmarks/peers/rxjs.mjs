import { AsyncSubject, forkJoin, mergeMap, of } from 'rxjs'
import { bounded } from '../shapes.mjs'

const add = async (inputs) => {
  let value = 1
  for (let index = 0; index < inputs.length; index += 1) value += inputs[index].value
  return { value: bounded(value) }
}

/** An AsyncSubject a stage, subscribed to in declared order: no recursion, however deep the graph. Made again by every run. */
export function build(shape) {
  const sourcesOf = shape.stages.map(({ sources }) => sources)
  const run = () =>
    new Promise((resolve, reject) => {
      const subjects = []
      const values = new Array(sourcesOf.length)
      let left = sourcesOf.length
      for (let index = 0; index < sourcesOf.length; index += 1) {
        const sources = sourcesOf[index]
        const subject = new AsyncSubject()
        subjects.push(subject)
        subject.subscribe({
          next(value) {
            values[index] = value
            left -= 1
            if (left === 0) resolve(values)
          },
          error: reject,
        })
        const inputs = sources.length === 0 ? of([]) : forkJoin(sources.map((source) => subjects[source]))
        inputs.pipe(mergeMap(add)).subscribe(subject)
      }
    })
  return { run, value: (values, index) => values[index].value }
}
