import type { OrganizationRole } from '@verbatim/shared/browser';

export const seesRecord = (role: OrganizationRole): boolean => role === 'owner' || role === 'compliance';
