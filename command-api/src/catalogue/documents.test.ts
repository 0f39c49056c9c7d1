import { openApiDocument } from '@verbatim/shared';
import { describe, expect, it } from 'vitest';
import { apiPage } from './api-page.ts';
import { catalogue } from './catalogue.ts';

describe('the OpenAPI document', () => {
  const document = openApiDocument(catalogue, '1');
  it('has every route once, with what it takes and answers', () => {
    const operations = Object.values(
      document['paths'] as Record<string, Record<string, { operationId: string }>>,
    )
      .flatMap((path) => Object.values(path))
      .map(({ operationId }) => operationId);
    expect(operations.sort()).toEqual(catalogue.map(({ name }) => name).sort());
    expect(document).toMatchObject({
      paths: {
        '/chat/rooms/{roomId}/messages': {
          post: {
            operationId: 'SendMessage',
            security: [{ accessToken: [] }],
            requestBody: { content: { 'application/json': { schema: { required: ['text'] } } } },
            responses: { 201: {} },
          },
        },
      },
    });
  });
});

describe('the page', () => {
  it('names every route, and has neither script nor anything from elsewhere', () => {
    const page = apiPage(catalogue);
    for (const { name } of catalogue) expect(page).toContain(`id="${name}"`);
    expect(page).not.toMatch(/<script|\son\w+=|style=|https?:/);
  });
});
