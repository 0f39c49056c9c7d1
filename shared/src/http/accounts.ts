import { z } from 'zod';
import { organizationRoles } from '../events/organization-events.ts';
import { nameSchema, textSchema } from '../json/text.ts';
import { limits } from './limits.ts';

export const organizationRoleSchema = z.enum(organizationRoles);
const email = textSchema({ min: 3, max: limits.emailCharacters }).regex(
  /^[^\s@]+@[^\s@]+$/,
  'must be an e-mail address',
);
const password = textSchema({ min: 1, max: limits.passwordMaxCharacters });
const newPassword = textSchema({ min: limits.passwordMinCharacters, max: limits.passwordMaxCharacters });
const displayName = nameSchema(limits.displayNameCharacters);
/** The web client asks for the refresh token as an HttpOnly cookie. */
const cookie = z.boolean().optional();

export const signUpBody = z.strictObject({
  organizationName: nameSchema(limits.organizationNameCharacters),
  displayName,
  email,
  password: newPassword,
  cookie,
});
export const loginBody = z.strictObject({ email, password, cookie });
export const refreshBody = z.strictObject({ refreshToken: z.string().max(512).optional(), cookie });
export const changePasswordBody = z.strictObject({ currentPassword: password, newPassword });
export const changeProfileBody = z.strictObject({ displayName });
export const inviteBody = z.strictObject({
  email: email.optional(),
  role: organizationRoleSchema.optional(),
});
export const acceptInvitationBody = z.strictObject({
  code: z.string().min(1).max(512),
  displayName,
  email,
  password: newPassword,
  cookie,
});
export const changeUserBody = z
  .strictObject({ role: organizationRoleSchema.optional(), active: z.boolean().optional() })
  .refine((body) => body.role !== undefined || body.active !== undefined, {
    message: 'give a role, or whether the person is active',
  });

export const organizationView = z.object({ id: z.string(), name: z.string() });
export const userView = z.object({
  id: z.string(),
  displayName: z.string(),
  email: z.string(),
  role: organizationRoleSchema,
});
/** `refreshToken` is absent when it was set as a cookie; `expiresIn` is in seconds. */
export const sessionView = z.object({
  organization: organizationView,
  user: userView,
  accessToken: z.string(),
  refreshToken: z.string().optional(),
  expiresIn: z.number(),
});
export const meView = z.object({ organization: organizationView, user: userView });
export const invitationView = z.object({
  id: z.string(),
  code: z.string(),
  url: z.string(),
  expiresAt: z.string(),
});
export const openInvitationView = z.object({
  id: z.string(),
  email: z.string().nullable(),
  role: organizationRoleSchema,
  status: z.enum(['open', 'accepted', 'revoked', 'expired']),
  invitedBy: z.string(),
  expiresAt: z.string(),
});

export type SessionView = z.infer<typeof sessionView>;
export type UserView = z.infer<typeof userView>;
export type MeView = z.infer<typeof meView>;
export type InvitationView = z.infer<typeof invitationView>;
export type OpenInvitationView = z.infer<typeof openInvitationView>;
