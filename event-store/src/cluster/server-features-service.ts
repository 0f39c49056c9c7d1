import { noContent } from '../protobuf/message.ts';
import { Service, type MethodInfo, type ServiceEnvironment } from '../grpc/service.ts';
import { WireWriter } from '../protobuf/wire-writer.ts';

/** The EventStoreDB release whose behaviour this server has; clients choose what they use by it. */
export const COMPATIBLE_VERSION = '24.10.0';

/** ServerFeatures: what clients may call. They ask once per connection and do not sign in for it. */
export function serverFeaturesService(
  methods: () => readonly MethodInfo[],
  environment: ServiceEnvironment,
): Service {
  return new Service('event_store.client.server_features.ServerFeatures', environment).unary(
    'GetSupportedMethods',
    noContent,
    () => {
      const response = new WireWriter();
      for (const { service, method, features } of methods()) {
        response.message(1, (entry) => {
          entry.string(1, method.toLowerCase()).string(2, service.toLowerCase());
          for (const feature of features) entry.string(3, feature);
        });
      }
      return response.string(2, COMPATIBLE_VERSION).finish();
    },
  );
}
