import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { promisify } from 'node:util';
import { environment, readConfiguration } from '@verbatim/shared/configuration';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { z } from 'zod';
import { makeKeys } from '../data-directory/keys.ts';

const root = path.resolve(import.meta.dirname, '..', '..', '..');
const read = (file: string) => readFile(path.join(root, file), 'utf8');

const serviceSchema = z.object({
  image: z.string(),
  build: z.object({ context: z.literal('.'), target: z.string() }).optional(),
  command: z.array(z.string()).optional(),
  environment: z.record(z.string(), z.union([z.string(), z.number()])).default({}),
  depends_on: z.record(z.string(), z.object({ condition: z.string() })).default({}),
  networks: z.array(z.string()),
  ports: z.array(z.string()).default([]),
  volumes: z.array(z.string()).default([]),
  healthcheck: z.object({ test: z.array(z.string()) }).optional(),
});
const composeSchema = z.object({
  services: z.record(z.string(), serviceSchema),
  volumes: z.record(z.string(), z.unknown()),
  networks: z.record(z.string(), z.object({ internal: z.boolean().optional() }).nullable()),
});

const compose = composeSchema.parse(parse(await read('docker-compose.yml'), { merge: true }));
const services = Object.entries(compose.services);
const ours = services.filter(([, { build }]) => build?.target === 'service');

/** As Compose fills in `${NAME}`, `${NAME:-default}` and `${NAME:?message}`. */
function filledIn(text: string, values: Readonly<Record<string, string>>): string {
  return text.replace(
    /\$\{(?<name>\w+)(?::-(?<fallback>[^}]*)|:\?[^}]*)?\}/g,
    (_, name: string, fallback: string | undefined) => values[name] ?? fallback ?? '',
  );
}

describe('docker-compose.yml', () => {
  it('runs the four services, two relays, the stores and one proxy', () => {
    expect(services.map(([name]) => name).sort()).toEqual(
      [
        'command-api',
        'event-store',
        'nats',
        'postgres',
        'projections',
        'proxy',
        'query-api',
        'realtime-1',
        'realtime-2',
      ].sort(),
    );
  });

  it.each(ours)('gives %s a program that exists', (_, { command }) => {
    const program = command?.at(-1) ?? '';
    const source = program.replace('/dist/', '/src/').replace(/\.js$/, '.ts');

    expect(existsSync(path.join(root, source))).toBe(true);
  });

  it.each(ours)('gives %s a configuration that services accept', (_, service) => {
    const keys = makeKeys();
    const password = 'p4ssword';
    const values = {
      ...keys,
      POSTGRES_PASSWORD: password,
      POSTGRES_READER_PASSWORD: password,
      NATS_PROJECTIONS_PASSWORD: password,
      NATS_REALTIME_PASSWORD: password,
    };
    const env = Object.fromEntries(
      Object.entries(service.environment).map(([name, text]) => [name, filledIn(String(text), values)]),
    );

    const { VERBATIM_DATA_DIR: _directory, ...fields } = environment;
    expect(readConfiguration(fields, env)).toMatchObject({ ok: true });
  });

  it('refers to services, networks and volumes that are there', () => {
    for (const [, service] of services) {
      for (const name of Object.keys(service.depends_on)) expect(compose.services).toHaveProperty(name);
      for (const name of service.networks) expect(compose.networks).toHaveProperty(name);
      for (const volume of service.volumes) {
        const [from = ''] = filledIn(volume, {}).split(':');
        if (from.startsWith('./')) expect(existsSync(path.join(root, from))).toBe(true);
        else expect(compose.volumes).toHaveProperty(from);
      }
    }
  });

  it('keeps checkpoints, destroyed keys and exports where they outlive a container', () => {
    const isMounted = (name: string, directory: unknown) =>
      compose.services[name]?.volumes.some((volume) => volume.endsWith(`:${String(directory)}`));
    const of = (name: string, variable: string) => compose.services[name]?.environment[variable];
    for (const name of ['command-api', 'query-api'])
      expect(isMounted(name, of(name, 'CHECKPOINT_ANCHOR_DIR'))).toBe(true);
    expect(isMounted('query-api', `${String(of('query-api', 'VERBATIM_DATA_DIR'))}/exports`)).toBe(true);
  });

  it('waits for health only where health is told', () => {
    for (const [, { depends_on: dependencies }] of services) {
      for (const [name, { condition }] of Object.entries(dependencies)) {
        if (condition === 'service_healthy') expect(compose.services[name]?.healthcheck).toBeDefined();
      }
    }
  });

  it('lets nobody in but through the proxy', () => {
    expect(compose.networks.inside).toEqual({ internal: true });
    for (const [name, { ports, networks }] of services) {
      if (name === 'proxy') continue;
      expect({ name, ports, networks }).toEqual({ name, ports: [], networks: ['inside'] });
    }
  });

  it('has stages in the Dockerfile for what it builds, and every variable in the example', async () => {
    const [dockerfile, example, text] = await Promise.all(
      ['Dockerfile', 'docker/example.env', 'docker-compose.yml'].map(read),
    );
    for (const [, { build }] of services) {
      if (build) expect(dockerfile).toMatch(new RegExp(`^FROM \\S+ AS ${build.target}$`, 'm'));
    }
    for (const [, name] of text?.matchAll(/\$\{(\w+)/g) ?? [])
      expect(example).toMatch(new RegExp(`^${name ?? ''}=`, 'm'));
  });
});

describe('the proxy', () => {
  it('sends the page with the policy that the page is built for', async () => {
    const { contentSecurityPolicy } = z
      .object({ contentSecurityPolicy: z.string() })
      .parse(JSON.parse(await read('web/csp.json')));

    expect(await read('docker/Caddyfile')).toContain(`Content-Security-Policy "${contentSecurityPolicy}"`);
  });
});

describe('the configuration of NATS', () => {
  it('is one that NATS accepts', async () => {
    const env = { ...process.env, NATS_PROJECTIONS_PASSWORD: 'one', NATS_REALTIME_PASSWORD: 'two' };
    const PATH = `${process.env.PATH ?? ''}:/usr/sbin`;

    const run = promisify(execFile)('nats-server', ['-t', '-c', 'docker/nats.conf'], {
      cwd: root,
      env: { ...env, PATH },
    });

    await expect(run).resolves.toMatchObject({ stderr: expect.stringContaining('is valid') as string });
  });
});
