export { startProjections, type Projections, type ProjectionsOptions } from './projections.ts';
export {
  startProjectionsService,
  type ProjectionsService,
  type ProjectionsServiceOptions,
} from './service.ts';
