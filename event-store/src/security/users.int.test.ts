import messages from '@eventstore/db-client/generated/users_pb.js';
import { status, type ServiceError } from '@grpc/grpc-js';
import { describe, expect, it } from 'vitest';
import { collect, newStream, oneEvent } from '../testing/events.ts';
import { rawCaller } from '../testing/raw-call.ts';
import { ADMIN, OPS, useTestStore } from '../testing/test-store.ts';

const store = useTestStore({ insecure: false });
const path = (method: string): string => `/event_store.client.users.Users/${method}`;

function callsAs(login?: typeof ADMIN) {
  const caller = rawCaller(store.server, login);
  return {
    create: (loginName: string, password: string, groups: string[] = []) => {
      const options = new messages.CreateReq.Options();
      options.setLoginName(loginName);
      options.setPassword(password);
      options.setFullName('Some Body');
      options.setGroupsList(groups);
      const request = new messages.CreateReq();
      request.setOptions(options);
      return caller.unary(path('Create'), request, (bytes) => messages.CreateResp.deserializeBinary(bytes));
    },
    update: (loginName: string, password: string, groups: string[]) => {
      const options = new messages.UpdateReq.Options();
      options.setLoginName(loginName);
      options.setPassword(password);
      options.setFullName('Some Body Else');
      options.setGroupsList(groups);
      const request = new messages.UpdateReq();
      request.setOptions(options);
      return caller.unary(path('Update'), request, (bytes) => messages.UpdateResp.deserializeBinary(bytes));
    },
    disable: (loginName: string) => {
      const options = new messages.DisableReq.Options();
      options.setLoginName(loginName);
      const request = new messages.DisableReq();
      request.setOptions(options);
      return caller.unary(path('Disable'), request, (bytes) => messages.DisableResp.deserializeBinary(bytes));
    },
    enable: (loginName: string) => {
      const options = new messages.EnableReq.Options();
      options.setLoginName(loginName);
      const request = new messages.EnableReq();
      request.setOptions(options);
      return caller.unary(path('Enable'), request, (bytes) => messages.EnableResp.deserializeBinary(bytes));
    },
    delete: (loginName: string) => {
      const options = new messages.DeleteReq.Options();
      options.setLoginName(loginName);
      const request = new messages.DeleteReq();
      request.setOptions(options);
      return caller.unary(path('Delete'), request, (bytes) => messages.DeleteResp.deserializeBinary(bytes));
    },
    changePassword: (loginName: string, current: string, next: string) => {
      const options = new messages.ChangePasswordReq.Options();
      options.setLoginName(loginName);
      options.setCurrentPassword(current);
      options.setNewPassword(next);
      const request = new messages.ChangePasswordReq();
      request.setOptions(options);
      return caller.unary(path('ChangePassword'), request, (bytes) =>
        messages.ChangePasswordResp.deserializeBinary(bytes),
      );
    },
    resetPassword: (loginName: string, next: string) => {
      const options = new messages.ResetPasswordReq.Options();
      options.setLoginName(loginName);
      options.setNewPassword(next);
      const request = new messages.ResetPasswordReq();
      request.setOptions(options);
      return caller.unary(path('ResetPassword'), request, (bytes) =>
        messages.ResetPasswordResp.deserializeBinary(bytes),
      );
    },
    details: async (loginName: string) => {
      const options = new messages.DetailsReq.Options();
      options.setLoginName(loginName);
      const request = new messages.DetailsReq();
      request.setOptions(options);
      const answers = await collect(
        caller.stream(path('Details'), request, (bytes) => messages.DetailsResp.deserializeBinary(bytes)),
      );
      return answers.map((answer) => answer.getUserDetails()?.toObject());
    },
  };
}

/** Whether these credentials open the store. */
async function canSignIn(username: string, password: string): Promise<boolean> {
  const client = store.connect({ username, password });
  return client.appendToStream(newStream(), oneEvent()).then(
    () => true,
    () => false,
  );
}

describe('an administrator', () => {
  it('makes users who can sign in at once, and whose groups count', async () => {
    const name = newStream('user');
    await callsAs(ADMIN).create(name, 'secret', ['$admins']);
    const client = store.connect({ username: name, password: 'secret' });
    expect(await collect(client.readAll({ maxCount: 1 }))).toHaveLength(1);
    expect(await callsAs(ADMIN).details(name)).toMatchObject([
      { loginName: name, fullName: 'Some Body', groupsList: ['$admins'], disabled: false },
    ]);
  });

  it('makes each user once', async () => {
    const name = newStream('user');
    await callsAs(ADMIN).create(name, 'secret');
    const error = await callsAs(ADMIN)
      .create(name, 'other')
      .catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ code: status.FAILED_PRECONDITION });
    expect(trailersOf(error)).toMatchObject({ exception: 'user-conflict', 'login-name': name });
    expect(await canSignIn(name, 'secret')).toBe(true);
  });

  it('disables, enables, resets and deletes them, with effect on the next call', async () => {
    const name = newStream('user');
    const admin = callsAs(ADMIN);
    await admin.create(name, 'secret');
    await admin.disable(name);
    expect(await canSignIn(name, 'secret')).toBe(false);
    await admin.enable(name);
    expect(await canSignIn(name, 'secret')).toBe(true);
    await admin.resetPassword(name, 'changed');
    expect(await canSignIn(name, 'secret')).toBe(false);
    expect(await canSignIn(name, 'changed')).toBe(true);
    await admin.delete(name);
    expect(await canSignIn(name, 'changed')).toBe(false);
    await expect(admin.details(name)).rejects.toMatchObject({ code: status.NOT_FOUND });
    const error = await admin.delete(name).catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ code: status.NOT_FOUND });
    expect(trailersOf(error)).toMatchObject({ exception: 'user-not-found', 'login-name': name });
  });

  it('changes their names, groups and passwords', async () => {
    const name = newStream('user');
    const admin = callsAs(ADMIN);
    await admin.create(name, 'secret');
    await admin.update(name, 'changed', ['$admins']);
    expect(await admin.details(name)).toMatchObject([
      { loginName: name, fullName: 'Some Body Else', groupsList: ['$admins'] },
    ]);
    const client = store.connect({ username: name, password: 'changed' });
    expect(await collect(client.readAll({ maxCount: 1 }))).toHaveLength(1);
    expect(await canSignIn(name, 'secret')).toBe(false);
  });

  it('sees all users', async () => {
    const all = await callsAs(ADMIN).details('');
    expect(all.map((details) => details?.loginName)).toEqual(expect.arrayContaining(['admin', 'ops']));
  });
});

function trailersOf(error: unknown): unknown {
  return (error as ServiceError).metadata.getMap();
}

describe('any other user', () => {
  it('changes nothing but the own password, knowing the old one', async () => {
    const name = newStream('user');
    await callsAs(ADMIN).create(name, 'secret');
    const self = callsAs({ username: name, password: 'secret' });
    for (const call of [
      () => self.create(newStream('user'), 'x'),
      () => self.disable('ops'),
      () => self.update(name, '', ['$admins']),
      () => self.resetPassword(name, 'x'),
      () => self.changePassword('ops', 'changeit', 'x'),
      () => self.changePassword(name, 'wrong', 'x'),
      () => self.details('ops'),
      () => self.details(''),
    ]) {
      await expect(call()).rejects.toMatchObject({ code: status.PERMISSION_DENIED });
    }
    expect(await self.details(name)).toMatchObject([{ loginName: name }]);
    await self.changePassword(name, 'secret', 'changed');
    expect(await canSignIn(name, 'changed')).toBe(true);
    expect(await canSignIn(name, 'secret')).toBe(false);
  });

  it('cannot read how passwords are kept', async () => {
    await expect(collect(store.connect(OPS).readStream('$user-admin'))).rejects.toMatchObject({
      type: 'access-denied',
    });
  });
});
