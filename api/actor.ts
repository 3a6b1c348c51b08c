import { processTypes } from '../workflows/contracts.ts';

export type Locale = 'zh-CN' | 'en';

/** Who calls, with the rights of this very moment. */
export interface Actor {
  readonly personId: string;
  readonly username: string;
  readonly name: string;
  readonly departmentId: string;
  readonly locale: Locale;
  readonly roles: readonly string[];
  /** Ids of the departments that the person leads. */
  readonly leads: readonly string[];
  /** `person:ID`, `role:ROLE`, `leader:DEPARTMENT`: what a task's candidates are compared with. */
  readonly principals: readonly string[];
  /** Process types of which one sees every case. */
  readonly oversees: readonly string[];
  /** The password is an administrator's: it must be changed before anything else. */
  readonly mustChangePassword: boolean;
}

/** The principals of a person with these roles, leading these departments. */
export function principalsOf(personId: string, roles: readonly string[], leads: readonly string[]): string[] {
  return [
    `person:${personId}`,
    ...roles.map((role) => `role:${role}`),
    ...leads.map((department) => `leader:${department}`),
  ];
}

/** The process types of which somebody with these roles sees every case, as their contracts say. */
export function overseenBy(roles: readonly string[]): string[] {
  return Object.values(processTypes).flatMap(({ contract: { type, overseers = [] } }) => (overseers.some((role) => roles.includes(role)) ? [type] : []));
}

/** True when the actor has one of the roles. */
export function hasRole(actor: Actor, ...roles: string[]): boolean {
  return roles.some((role) => actor.roles.includes(role));
}
