/** Who makes a call. */
export interface Principal {
  readonly name: string;
  readonly groups: readonly string[];
}

export const ADMINS = '$admins';
export const OPERATORS = '$ops';
/** The group that everybody is in, signed in or not. */
export const EVERYBODY = '$all';

export const ANONYMOUS: Principal = { name: 'anonymous', groups: [] };

export function isAdmin({ groups }: Principal): boolean {
  return groups.includes(ADMINS);
}

export function isOperator(principal: Principal): boolean {
  return isAdmin(principal) || principal.groups.includes(OPERATORS);
}

export function isSignedIn(principal: Principal): boolean {
  return principal !== ANONYMOUS;
}
