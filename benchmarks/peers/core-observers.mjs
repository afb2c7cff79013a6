import { buildCore } from './core-graph.mjs'

const interceptors = Array.from({ length: 3 }, (_, index) => ({ name: `observer-${index}`, settled() {} }))

export const build = (shape) => buildCore(shape, { interceptors })
