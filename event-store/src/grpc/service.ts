import type {
  handleBidiStreamingCall,
  handleClientStreamingCall,
  handleServerStreamingCall,
  handleUnaryCall,
  MethodDefinition,
  Server,
  ServerDuplexStream,
  ServerReadableStream,
  UntypedServiceImplementation,
} from '@grpc/grpc-js';
import { contextOf, type CallContext } from './call-context.ts';
import { Outbox } from './outbox.ts';
import type { StatusError } from './status-error.ts';

type Decode<Request> = (message: Buffer) => Request;
type Shape = Pick<MethodDefinition<unknown, Buffer>, 'requestStream' | 'responseStream'>;

export interface MethodInfo {
  readonly service: string;
  readonly method: string;
  /** What clients may ask for by name, such as `all`. */
  readonly features: readonly string[];
}

/** Turns whatever a handler threw into the status that its client gets. */
export type ToStatus = (error: unknown) => StatusError;

/**
 * One gRPC service, put together method by method. Handlers answer with encoded messages, so that stored bytes go out as
 * they are; what they throw becomes the call's status.
 */
export class Service {
  readonly methods: MethodInfo[] = [];
  readonly #name: string;
  readonly #toStatus: ToStatus;
  readonly #definitions: Record<string, MethodDefinition<unknown, Buffer>> = {};
  readonly #handlers: UntypedServiceImplementation = {};

  constructor(name: string, toStatus: ToStatus) {
    this.#name = name;
    this.#toStatus = toStatus;
  }

  unary<Request>(
    method: string,
    decode: Decode<Request>,
    handle: (request: Request, context: CallContext) => Promise<Buffer> | Buffer,
    features: readonly string[] = [],
  ): this {
    const handler: handleUnaryCall<Request, Buffer> = (call, respond) => {
      void attempt(() => handle(call.request, contextOf(call))).then(
        (response) => respond(null, response),
        (error: unknown) => respond(this.#toStatus(error)),
      );
    };
    return this.#add(method, decode, { requestStream: false, responseStream: false }, handler, features);
  }

  clientStream<Request>(
    method: string,
    decode: Decode<Request>,
    handle: (call: ServerReadableStream<Request, Buffer>, context: CallContext) => Promise<Buffer>,
    features: readonly string[] = [],
  ): this {
    const handler: handleClientStreamingCall<Request, Buffer> = (call, respond) => {
      void attempt(() => handle(call, contextOf(call))).then(
        (response) => respond(null, response),
        (error: unknown) => respond(this.#toStatus(error)),
      );
    };
    return this.#add(method, decode, { requestStream: true, responseStream: false }, handler, features);
  }

  serverStream<Request>(
    method: string,
    decode: Decode<Request>,
    handle: (request: Request, outbox: Outbox, context: CallContext) => Promise<void>,
    features: readonly string[] = [],
  ): this {
    const handler: handleServerStreamingCall<Request, Buffer> = (call) => {
      void attempt(() => handle(call.request, new Outbox(call), contextOf(call))).then(
        () => call.end(),
        (error: unknown) => call.emit('error', this.#toStatus(error)),
      );
    };
    return this.#add(method, decode, { requestStream: false, responseStream: true }, handler, features);
  }

  duplex<Request>(
    method: string,
    decode: Decode<Request>,
    handle: (
      call: ServerDuplexStream<Request, Buffer>,
      outbox: Outbox,
      context: CallContext,
    ) => Promise<void>,
    features: readonly string[] = [],
  ): this {
    const handler: handleBidiStreamingCall<Request, Buffer> = (call) => {
      void attempt(() => handle(call, new Outbox(call), contextOf(call))).then(
        () => call.end(),
        (error: unknown) => call.emit('error', this.#toStatus(error)),
      );
    };
    return this.#add(method, decode, { requestStream: true, responseStream: true }, handler, features);
  }

  addTo(server: Server): void {
    server.addService(this.#definitions, this.#handlers);
  }

  #add<Request>(
    method: string,
    decode: Decode<Request>,
    shape: Shape,
    handler: UntypedServiceImplementation[string],
    features: readonly string[],
  ): this {
    this.#definitions[method] = {
      path: `/${this.#name}/${method}`,
      ...shape,
      requestSerialize: notAClient,
      requestDeserialize: decode,
      responseSerialize: (message) => message,
      responseDeserialize: (message) => message,
    };
    this.#handlers[method] = handler;
    this.methods.push({ service: this.#name, method, features });
    return this;
  }
}

async function attempt<Result>(handle: () => Promise<Result> | Result): Promise<Result> {
  return handle();
}

function notAClient(): Buffer {
  throw new Error('this side of the service only answers');
}
