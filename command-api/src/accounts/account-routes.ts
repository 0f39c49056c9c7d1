import {
  acceptInvitationBody,
  changePasswordBody,
  changeProfileBody,
  commandAnswer,
  jwksDocument,
  loginBody,
  meView,
  Problem,
  refreshBody,
  sessionView,
  signUpBody,
  type SessionView,
} from '@verbatim/shared';
import { answerOf } from '../deciding/answer.ts';
import { contextOf } from '../deciding/new-context.ts';
import { refreshCookieName } from '../http/cookies.ts';
import { noFields, openRoute, route, type Answer, type RequestFacts } from '../http/route.ts';
import type { Services } from '../services.ts';
import { changePassword } from './change-password.ts';
import { logIn } from './login.ts';
import { refresh } from './refresh.ts';
import { accountOf, endSession, endSessions, runOnUser } from './sessions.ts';
import { acceptInvitation, signUp } from './sign-up.ts';

const tag = 'Accounts';

/** A page of another origin must not make a browser use or change a session that it cannot see. */
function refuseForeignOrigin({ allowedOrigins }: Services, { origin }: RequestFacts): void {
  if (origin !== undefined && !allowedOrigins.includes(origin)) throw new Problem('foreign-origin');
}

/** The refresh token goes into the cookie or into the answer, never into both. */
function sessionAnswer({ refreshToken, ...session }: SessionView, asCookie: boolean): Answer {
  if (asCookie && refreshToken !== undefined) return { body: session, refreshCookie: refreshToken };
  return { body: { ...session, refreshToken } };
}

export const accountRoutes = [
  openRoute({
    ...noFields,
    name: 'SignUp',
    method: 'post',
    path: '/auth/sign-up',
    tag,
    summary: 'Found an organization and become its owner.',
    access: 'anybody',
    rateClass: 'credentials',
    body: signUpBody,
    success: 201,
    answer: sessionView,
    handle: async (services, request) => {
      refuseForeignOrigin(services, request);
      const session = await signUp(services, request.body, request, request.idempotencyKey);
      return sessionAnswer(session, request.body.cookie === true);
    },
  }),
  openRoute({
    ...noFields,
    name: 'AcceptInvitation',
    method: 'post',
    path: '/auth/accept-invitation',
    tag,
    summary: 'Join the organization that one was invited to.',
    access: 'anybody',
    rateClass: 'credentials',
    body: acceptInvitationBody,
    success: 201,
    answer: sessionView,
    handle: async (services, request) => {
      refuseForeignOrigin(services, request);
      const session = await acceptInvitation(services, request.body, request, request.idempotencyKey);
      return sessionAnswer(session, request.body.cookie === true);
    },
  }),
  openRoute({
    ...noFields,
    name: 'LogIn',
    method: 'post',
    path: '/auth/login',
    tag,
    summary: 'Begin a session.',
    access: 'anybody',
    rateClass: 'credentials',
    body: loginBody,
    success: 200,
    answer: sessionView,
    handle: async (services, request) => {
      refuseForeignOrigin(services, request);
      return sessionAnswer(await logIn(services, request.body, request), request.body.cookie === true);
    },
  }),
  openRoute({
    ...noFields,
    name: 'RefreshSession',
    method: 'post',
    path: '/auth/refresh',
    tag,
    summary: 'A new pair of tokens for a refresh token, which is used up by this.',
    access: 'anybody',
    rateClass: 'session',
    body: refreshBody,
    success: 200,
    alsoSucceeds: { 204: 'there is neither token nor cookie' },
    answer: sessionView,
    handle: async (services, request) => {
      refuseForeignOrigin(services, request);
      const fromCookie = request.cookies[refreshCookieName];
      const token = request.body.refreshToken ?? fromCookie;
      if (token === undefined || token === '') return { status: 204 };
      const session = await refresh(services, token, request);
      return sessionAnswer(session, request.body.cookie ?? request.body.refreshToken === undefined);
    },
  }),
  route({
    ...noFields,
    name: 'LogOut',
    method: 'post',
    path: '/auth/logout',
    tag,
    summary: 'End this session.',
    access: 'people',
    rateClass: 'session',
    success: 200,
    answer: commandAnswer,
    handle: async (services, request) => {
      const { principal } = request;
      const { sessionId } = principal;
      const outcome = await endSession(services, principal, sessionId, 'logout', request);
      return { ...answerOf(sessionId, outcome), refreshCookie: null };
    },
  }),
  route({
    ...noFields,
    name: 'LogOutEverywhere',
    method: 'post',
    path: '/auth/logout-everywhere',
    tag,
    summary: 'End all of one’s sessions.',
    access: 'people',
    rateClass: 'session',
    success: 200,
    answer: commandAnswer,
    handle: async (services, request) => {
      const { userId } = request.principal;
      const context = await contextOf(request, 'LogOutEverywhere', services.keyring);
      const outcome = await endSessions(services, context, userId, 'logout-everywhere');
      return { ...answerOf(userId, outcome), refreshCookie: null };
    },
  }),
  route({
    ...noFields,
    name: 'ChangePassword',
    method: 'post',
    path: '/auth/password',
    tag,
    summary: 'Change one’s password; all other sessions end.',
    access: 'people',
    rateClass: 'credentials',
    body: changePasswordBody,
    success: 200,
    answer: commandAnswer,
    handle: changePassword,
  }),
  route({
    ...noFields,
    name: 'GetMe',
    method: 'get',
    path: '/auth/me',
    tag,
    summary: 'Who one is.',
    access: 'people',
    rateClass: 'session',
    success: 200,
    answer: meView,
    handle: async (services, { principal }) => ({ body: await accountOf(services, principal) }),
  }),
  route({
    ...noFields,
    name: 'ChangeProfile',
    method: 'patch',
    path: '/auth/me',
    tag,
    summary: 'Change one’s display name.',
    access: 'people',
    rateClass: 'change',
    body: changeProfileBody,
    success: 200,
    answer: commandAnswer,
    handle: async (services, request) => {
      const { userId } = request.principal;
      const context = await contextOf(request, 'ChangeProfile', services.keyring);
      const { displayName } = request.body;
      const outcome = await runOnUser(services, context, userId, { type: 'ChangeProfile', displayName });
      return answerOf(userId, outcome);
    },
  }),
  openRoute({
    ...noFields,
    name: 'GetJwks',
    method: 'get',
    path: '/auth/jwks.json',
    tag,
    summary: 'The public keys that access tokens are verified with.',
    access: 'anybody',
    rateClass: 'document',
    success: 200,
    handle: ({ signingKeys }) => Promise.resolve({ body: jwksDocument(signingKeys.verification) }),
  }),
];
