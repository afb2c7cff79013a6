export function dependentsOf(shape) {
  const dependents = shape.stages.map(() => [])
  shape.stages.forEach(({ sources }, index) => sources.forEach((source) => dependents[source].push(index)))
  return dependents
}
