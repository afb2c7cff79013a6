export { metrics, type MetricsInterceptor } from './metrics.ts'
export type { MetricsOptions } from './options.ts'
