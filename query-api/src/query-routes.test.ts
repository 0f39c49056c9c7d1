import { openApiDocument } from '@verbatim/shared';
import { describe, expect, it } from 'vitest';
import { queryRoutes } from './query-routes.ts';

describe('the table of queries', () => {
  it('names every query and every path once', () => {
    const names = queryRoutes.map(({ name }) => name);
    const paths = queryRoutes.map(({ path }) => path);
    expect(new Set(names).size).toBe(names.length);
    expect(new Set(paths).size).toBe(paths.length);
  });

  it('refuses every field that it does not describe', () => {
    for (const { parameters, query } of queryRoutes)
      for (const fields of [parameters, query])
        expect(fields?.safeParse({ somethingElse: '1' }).error?.issues).toContainEqual(
          expect.objectContaining({ code: 'unrecognized_keys' }),
        );
  });

  it('can be told as OpenAPI, with every field of every query', () => {
    const document = JSON.stringify(openApiDocument(queryRoutes, '1'));
    for (const { name, path, query } of queryRoutes) {
      expect(document).toContain(`"${name}"`);
      expect(document).toContain(`"${path}"`);
      for (const field of Object.keys(query?.shape ?? {})) expect(document).toContain(`"${field}"`);
    }
  });
});
