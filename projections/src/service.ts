import { createMetrics, createServiceApp, listen, type Running } from '@verbatim/shared';
import { createProjectionMetrics, observeLag, readinessOf } from './operations.ts';
import { startProjections, type Projections, type ProjectionsOptions } from './projections.ts';

export interface ProjectionsServiceOptions extends Omit<ProjectionsOptions, 'metrics'> {
  readonly host: string;
  /** 0 lets the system pick one. */
  readonly port: number;
}

export interface ProjectionsService extends Running {
  /** Where `/health/live`, `/health/ready` and `/metrics` answer. */
  readonly port: number;
  readonly projections: Projections;
}

/** The projectors with their operations port. */
export async function startProjectionsService(
  options: ProjectionsServiceOptions,
): Promise<ProjectionsService> {
  const { host, port, logger } = options;
  const metrics = createMetrics('projections');
  const projections = startProjections({ ...options, metrics: createProjectionMetrics(metrics) });
  observeLag(metrics, projections, logger);
  const app = createServiceApp({ logger, metrics, readiness: readinessOf(projections), routers: [] });
  const listening = await listen(app, { host, port });
  return {
    port: listening.port,
    projections,
    stop: async () => {
      await Promise.all([listening.stop(), projections.stop()]);
    },
  };
}
