export { nodeHandler, type NodeHandler, type NodeHandlerOptions } from './node-handler.ts'
