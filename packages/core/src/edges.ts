export { stream } from './edges/edge-values.ts'
export type { EdgeKind, StreamEdge } from './contract/edges.ts'
