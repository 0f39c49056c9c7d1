import { status } from '@grpc/grpc-js';
import { Service, type ServiceEnvironment } from '../grpc/service.ts';
import { StatusError } from '../grpc/status-error.ts';
import {
  bool,
  float32,
  int32,
  int64,
  mark,
  message,
  nested,
  noContent,
  optional,
  text,
  uint,
} from '../protobuf/message.ts';
import { demand, type Access } from '../security/access.ts';
import { invalidArgument } from '../streams/errors.ts';
import type { Projections, ProjectionState } from './projections.ts';

const EMPTY = Buffer.alloc(0);

const namedRequest = message({ options: nested(1, message({ name: text(1), writeCheckpoint: bool(2) })) });

const statisticsRequest = message({
  options: nested(
    1,
    message({
      name: optional(text(1)),
      all: mark(2),
      transient: mark(3),
      continuous: mark(4),
      oneTime: mark(5),
    }),
  ),
});

const statisticsResponse = message({
  details: nested(
    1,
    message({
      coreProcessingTime: uint(1),
      version: int64(2),
      epoch: int64(3),
      effectiveName: text(4),
      writesInProgress: int32(5),
      readsInProgress: int32(6),
      partitionsCached: int32(7),
      status: text(8),
      stateReason: text(9),
      name: text(10),
      mode: text(11),
      position: text(12),
      progress: float32(13),
      lastCheckpoint: text(14),
      eventsProcessedAfterRestart: uint(15),
      checkpointStatus: text(16),
      bufferedEvents: uint(17),
    }),
  ),
});

/** State's and Result's answer: a google.protobuf.Value, here always an empty object. */
const valueResponse = message({ value: nested(1, message({ struct: mark(5) })) });

/** The Projections service, for the projections that every store has. */
export function projectionsService(
  projections: Projections,
  access: Access,
  environment: ServiceEnvironment,
): Service {
  const service = new Service('event_store.client.projections.Projections', environment);
  const change = (method: string, run: (name: string, writeCheckpoint: boolean) => Promise<void>): void => {
    service.unary(method, namedRequest.decode, async ({ options }, { user }) => {
      demand(access.isOperator(user));
      if (!options) throw invalidArgument('The projection is not named');
      await run(options.name, options.writeCheckpoint);
      return EMPTY;
    });
  };
  change('Enable', (name) => projections.enable(name));
  change('Disable', (name, writeCheckpoint) => projections.disable(name, writeCheckpoint));
  change('Reset', (name) => projections.reset(name));

  for (const method of ['Create', 'Update', 'Delete']) {
    service.unary(method, noContent, (_request, { user }) => {
      demand(access.isOperator(user));
      throw new StatusError(status.UNIMPLEMENTED, 'This server runs no projections but those of the system');
    });
  }

  for (const method of ['State', 'Result']) {
    service.unary(method, namedRequest.decode, ({ options }, { user }) => {
      demand(access.isSignedIn(user));
      projections.find(options?.name ?? '');
      return valueResponse.encode({ value: { struct: true } });
    });
  }

  return service
    .serverStream('Statistics', statisticsRequest.decode, (request, outbox, { user }) => {
      demand(access.isSignedIn(user));
      const { name, transient, oneTime } = request.options ?? {};
      // All of the system's projections are continuous.
      const isOfOtherKind = transient === true || oneTime === true;
      const wanted = name !== undefined ? [projections.find(name)] : isOfOtherKind ? [] : projections.list();
      for (const state of wanted) outbox.send(statisticsResponse.encode({ details: detailsOf(state) }));
      return Promise.resolve();
    })
    .unary('RestartSubsystem', noContent, async (_request, { user }) => {
      demand(access.isOperator(user));
      await projections.restart();
      return EMPTY;
    });
}

function detailsOf(state: ProjectionState) {
  const checkpoint = `C:${state.position}/P:${state.position}`;
  return {
    coreProcessingTime: 0,
    version: 0n,
    epoch: BigInt(state.epoch),
    effectiveName: state.name,
    writesInProgress: 0,
    readsInProgress: 0,
    partitionsCached: 0,
    status: state.status,
    stateReason: '',
    name: state.name,
    mode: 'Continuous',
    position: checkpoint,
    progress: state.progressPercent,
    lastCheckpoint: checkpoint,
    eventsProcessedAfterRestart: state.processed,
    checkpointStatus: '',
    bufferedEvents: 0,
  };
}
