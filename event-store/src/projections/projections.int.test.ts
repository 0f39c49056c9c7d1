import { AccessDeniedError, NotFoundError } from '@eventstore/db-client';
import { describe, expect, it } from 'vitest';
import { collect, newStream, oneEvent, someEvents } from '../testing/events.ts';
import { eventually } from '../testing/eventually.ts';
import { OPS, useTestStore } from '../testing/test-store.ts';

const store = useTestStore({ insecure: false });
const NAMES = ['$by_category', '$by_correlation_id', '$by_event_type', '$stream_by_category', '$streams'];

async function linksIn(stream: string) {
  return collect(store.client.readStream(stream, { resolveLinkTos: true })).catch(() => []);
}

async function idsLinkedFrom(stream: string): Promise<(string | undefined)[]> {
  return (await linksIn(stream)).map(({ event }) => event?.id);
}

describe('the system projections', () => {
  it('are five, stopped at first', async () => {
    const listed = await store.client.listProjections();
    expect(listed.map(({ name }) => name).sort()).toEqual(NAMES);
    expect(new Set(listed.map(({ status }) => status))).toEqual(new Set(['Stopped']));
    expect(await store.client.getProjectionStatus('$by_category')).toMatchObject({ name: '$by_category' });
    expect(await store.client.getProjectionState('$by_category')).toEqual({});
    expect(await store.client.getProjectionResult('$by_category')).toEqual({});
  });

  it.each(['$by_correlation_id', '$stream_by_category'])(
    '%s says that it does not run here',
    async (name) => {
      const enabling = store.client.enableProjection(name);
      await expect(enabling).rejects.toThrow(/UNIMPLEMENTED.*does not run/);
    },
  );

  it('are all there is: others cannot be made and are not found', async () => {
    await expect(store.client.createProjection('mine', 'fromAll()')).rejects.toThrow(/UNIMPLEMENTED/);
    await expect(store.client.getProjectionStatus('mine')).rejects.toBeInstanceOf(NotFoundError);
    await expect(store.client.enableProjection('mine')).rejects.toBeInstanceOf(NotFoundError);
  });

  it('are for operators to change', async () => {
    await expect(store.connect().enableProjection('$streams')).rejects.toBeInstanceOf(AccessDeniedError);
    await store.connect(OPS).enableProjection('$streams');
    await store.connect(OPS).disableProjection('$streams');
  });
});

describe('a running projection', () => {
  it('says so at once, and how it was stopped', async () => {
    const statusOf = async () => (await store.client.getProjectionStatus('$streams')).status;
    await store.client.enableProjection('$streams');
    expect(await statusOf()).toBe('Running');
    await store.client.disableProjection('$streams');
    expect(await statusOf()).toBe('Stopped');
    await store.client.enableProjection('$streams');
    await store.client.abortProjection('$streams');
    expect(await statusOf()).toBe('Aborted');
  });

  it('by category links what was there and what comes, each with its cause', async () => {
    const category = newStream('cat').replaceAll('-', '');
    const events = someEvents(3);
    await store.client.appendToStream(`${category}-1`, events.slice(0, 2));
    await store.client.enableProjection('$by_category');
    await store.client.appendToStream(`${category}-2-b`, events.slice(2));
    await eventually('all are linked', async () => (await linksIn(`$ce-${category}`)).length === 3);
    const links = await linksIn(`$ce-${category}`);
    expect(links.map(({ event }) => event?.id)).toEqual(events.map(({ id }) => id));
    expect(links.map(({ link }) => link?.metadata)).toMatchObject(
      events.map(({ id }) => ({ $causedBy: id })),
    );
  });

  it('by type links the events of a type and none of the store itself', async () => {
    const type = newStream('type');
    await store.client.enableProjection('$by_event_type');
    const events = someEvents(2, type);
    for (const event of events) await store.client.appendToStream(newStream(), [event, oneEvent()]);
    await eventually('both are linked', async () => (await linksIn(`$et-${type}`)).length === 2);
    expect(await idsLinkedFrom(`$et-${type}`)).toEqual(events.map(({ id }) => id));
    expect(await linksIn('$et-$metadata')).toEqual([]);
  });

  it('of streams links the first event of each', async () => {
    await store.client.enableProjection('$streams');
    const stream = newStream();
    const events = someEvents(3);
    await store.client.appendToStream(stream, events);
    await eventually('it is linked', async () => (await idsLinkedFrom('$streams')).includes(events[0]?.id));
    expect(await idsLinkedFrom('$streams')).not.toContain(events[1]?.id);
  });

  it('goes on after a restart and makes no link twice, not even after a reset', async () => {
    const category = newStream('cat').replaceAll('-', '');
    await store.client.enableProjection('$by_category');
    await store.client.appendToStream(`${category}-1`, someEvents(5));
    await eventually('all are linked', async () => (await linksIn(`$ce-${category}`)).length === 5);
    await store.restart();
    expect((await store.client.getProjectionStatus('$by_category')).status).toBe('Running');
    await store.client.resetProjection('$by_category');
    await store.client.appendToStream(`${category}-1`, oneEvent());
    await eventually('the new one is linked', async () => (await linksIn(`$ce-${category}`)).length === 6);
    expect(await linksIn(`$ce-${category}`)).toHaveLength(6);
  });

  it('goes on when the subsystem is restarted', async () => {
    await store.client.enableProjection('$streams');
    await store.client.restartSubsystem();
    const stream = newStream();
    const event = oneEvent();
    await store.client.appendToStream(stream, event);
    await eventually('it is linked', async () => (await idsLinkedFrom('$streams')).includes(event.id));
  });
});
