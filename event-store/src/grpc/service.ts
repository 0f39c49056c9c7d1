import {
  status,
  type handleBidiStreamingCall,
  type handleClientStreamingCall,
  type handleServerStreamingCall,
  type handleUnaryCall,
  type MethodDefinition,
  type Server,
  type ServerDuplexStream,
  type ServerReadableStream,
  type UntypedServiceImplementation,
} from '@grpc/grpc-js';
import { contextOf, type CallContext } from './call-context.ts';
import type { OpenCalls } from './open-calls.ts';
import { Outbox } from './outbox.ts';
import type { Authentication } from '../security/authentication.ts';
import { StatusError } from './status-error.ts';

type Decode<Request> = (message: Buffer) => Request;
type Shape = Pick<MethodDefinition<unknown, Buffer>, 'requestStream' | 'responseStream'>;

export interface MethodInfo {
  readonly service: string;
  readonly method: string;
  /** What clients may ask for by name, such as `all`. */
  readonly features: readonly string[];
}

/** What all services share. */
export interface ServiceEnvironment {
  readonly authentication: Authentication;
  /** Turns whatever a handler threw into the status that its client gets. */
  readonly toStatus: (error: unknown) => StatusError;
  readonly openCalls: OpenCalls;
}

/**
 * One gRPC service, put together method by method. Handlers answer with encoded messages, so that stored bytes go out as
 * they are; what they throw becomes the call's status.
 */
export class Service {
  readonly methods: MethodInfo[] = [];
  readonly #name: string;
  readonly #environment: ServiceEnvironment;
  readonly #definitions: Record<string, MethodDefinition<unknown, Buffer>> = {};
  readonly #handlers: UntypedServiceImplementation = {};

  constructor(name: string, environment: ServiceEnvironment) {
    this.#name = name;
    this.#environment = environment;
  }

  unary<Request>(
    method: string,
    decode: Decode<Request>,
    handle: (request: Request, context: CallContext) => Promise<Buffer> | Buffer,
    features: readonly string[] = [],
  ): this {
    const handler: handleUnaryCall<Buffer, Buffer> = (call, respond) => {
      void this.#attempt(call, (context) => handle(decode(call.request), context)).then(
        (response) => respond(null, response),
        (error: unknown) => respond(this.#environment.toStatus(error)),
      );
    };
    return this.#add(method, asItIs, { requestStream: false, responseStream: false }, handler, features);
  }

  clientStream<Request>(
    method: string,
    decode: Decode<Request>,
    handle: (call: ServerReadableStream<Request, Buffer>, context: CallContext) => Promise<Buffer>,
    features: readonly string[] = [],
  ): this {
    const handler: handleClientStreamingCall<Request, Buffer> = (call, respond) => {
      void this.#attempt(call, (context) => handle(call, context)).then(
        (response) => respond(null, response),
        (error: unknown) => respond(this.#environment.toStatus(error)),
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
    const handler: handleServerStreamingCall<Buffer, Buffer> = (call) => {
      this.#environment.openCalls.add(call);
      void this.#attempt(call, (context) => handle(decode(call.request), new Outbox(call), context)).then(
        () => call.end(),
        (error: unknown) => call.emit('error', this.#environment.toStatus(error)),
      );
    };
    return this.#add(method, asItIs, { requestStream: false, responseStream: true }, handler, features);
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
      this.#environment.openCalls.add(call);
      void this.#attempt(call, (context) => handle(call, new Outbox(call), context)).then(
        () => call.end(),
        (error: unknown) => call.emit('error', this.#environment.toStatus(error)),
      );
    };
    return this.#add(method, decode, { requestStream: true, responseStream: true }, handler, features);
  }

  addTo(server: Server): void {
    server.addService(this.#definitions, this.#handlers);
  }

  async #attempt<Result>(
    call: Parameters<typeof contextOf>[0],
    handle: (context: CallContext) => Promise<Result> | Result,
  ): Promise<Result> {
    const context = await contextOf(call, this.#environment.authentication);
    try {
      return await handle(context);
    } catch (error) {
      // What fails because its client has gone is nobody's concern.
      if (context.signal.aborted) throw new StatusError(status.CANCELLED, 'The call was cancelled');
      throw error;
    }
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
      responseSerialize: asItIs,
      responseDeserialize: asItIs,
    };
    this.#handlers[method] = handler;
    this.methods.push({ service: this.#name, method, features });
    return this;
  }
}

/** grpc-js takes a request that decodes to something falsy for a missing one; an empty Buffer is not. */
function asItIs(message: Buffer): Buffer {
  return message;
}

function notAClient(): Buffer {
  throw new Error('this side of the service only answers');
}
