export { gate, soft, stream } from './edges/edge-values.ts'
export type { SoftOptions } from './edges/soft-options.ts'
export type { EdgeKind, GateEdge, SoftEdge, StreamEdge } from './contract/edges.ts'
