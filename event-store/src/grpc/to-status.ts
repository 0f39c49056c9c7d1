import { status } from '@grpc/grpc-js';
import { DiskFullError, StoreFailedError } from '../log/commit-failure.ts';
import { damageIn } from '../log/damaged-store-error.ts';
import type { Report } from '../report.ts';
import { MalformedMessageError } from '../protobuf/wire-reader.ts';
import { StatusError } from './status-error.ts';
import type { ServiceEnvironment } from './service.ts';

/** Expected errors go out as they are; damage and bugs are reported and hide their details from clients. */
export function statusOf(report: Report): ServiceEnvironment['toStatus'] {
  return (error) => {
    if (error instanceof StatusError) return error;
    if (error instanceof MalformedMessageError)
      return new StatusError(status.INVALID_ARGUMENT, error.message);
    if (error instanceof DiskFullError) return new StatusError(status.RESOURCE_EXHAUSTED, error.message);
    if (error instanceof StoreFailedError) return new StatusError(status.UNAVAILABLE, error.message);
    const damage = damageIn(error);
    if (damage) {
      report('damaged data was read; the read failed', damage);
      return new StatusError(status.DATA_LOSS, damage.message);
    }
    report('a call failed', error);
    return new StatusError(status.INTERNAL, 'Internal error');
  };
}
