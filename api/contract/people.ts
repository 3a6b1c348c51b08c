import { z } from 'zod';
import { endpoint } from '../endpoint.ts';
import { instant, listOf, listQuery } from '../lists.ts';

const line = (most: number, least = 0) => z.string().trim().min(least).max(most).regex(/^\P{Cc}*$/u, 'text.one-line');
const flag = z.enum(['true', 'false']).transform((value) => value === 'true');
const personId = z.string().regex(/^person-[a-z0-9._-]{1,80}$/, 'person-id.invalid');
const departmentId = z.string().regex(/^dept-[a-z0-9-]{1,80}$/, 'department-id.invalid');
const roleId = z.string().regex(/^[a-z][a-z0-9-]{0,63}$/, 'role-id.invalid');

const personFields = z.strictObject({
  username: z.string().trim().regex(/^[a-z0-9][a-z0-9._-]{1,39}$/, 'username.invalid'),
  name: line(40, 1),
  departmentId,
  title: line(40),
  /** Null when unknown. */
  phone: z.string().trim().regex(/^\+?[\d][\d -]{4,28}\d$/, 'phone.invalid').nullable(),
  /** Ids of all roles that the person has. */
  roles: z.array(roleId).max(50),
});

const newPerson = personFields.extend({
  title: personFields.shape.title.default(''),
  phone: personFields.shape.phone.default(null),
  roles: personFields.shape.roles.default([]),
});

const named = z.object({ id: z.string(), name: z.string(), nameEn: z.string() });

const listedPerson = z.object({
  id: z.string(),
  username: z.string(),
  name: z.string(),
  department: named,
  title: z.string(),
  /** Masked: 138****5678. */
  phone: z.string().nullable(),
  active: z.boolean(),
  password: z.enum(['none', 'one-time', 'expired', 'own']),
  roles: z.array(named),
  /** Departments that the person leads. */
  leads: z.array(named),
});

const text = z.object({ zh: z.string(), en: z.string() });

const person = listedPerson.extend({
  /** Whole: only whoever edits it sees it. */
  phone: z.string().nullable(),
  /** Open tasks assigned to the person, the most urgent twenty of them. */
  openTasks: z.object({
    total: z.int(),
    items: z.array(z.object({
      id: z.string(), processId: z.string(), number: z.string(), title: z.string(), stepTitle: text, dueAt: instant.nullable(),
    })),
  }),
  /** Roles that a process needs and no other active person has. */
  soleRoles: z.array(named),
});

const departmentFields = z.strictObject({
  name: line(40, 1),
  nameEn: line(80, 1),
  /** The department above; null at the top. */
  parentId: departmentId.nullable(),
  /** Null: requests go one leader up. */
  leaderId: personId.nullable(),
});

const department = z.object({
  id: z.string(),
  name: z.string(),
  nameEn: z.string(),
  parentId: z.string().nullable(),
  leader: z.object({ id: z.string(), name: z.string(), active: z.boolean() }).nullable(),
  /** Active people of the department itself. */
  members: z.int(),
});

const role = z.object({
  id: z.string(),
  name: z.string(),
  nameEn: z.string(),
  /** The steps that wait for people of the role. */
  neededBy: z.array(z.object({ type: z.string(), title: text, steps: z.array(text) })),
  people: z.array(z.object({
    id: z.string(), name: z.string(), username: z.string(), title: z.string(), department: z.string(), departmentEn: z.string(),
  })),
});

const administrator = { roles: ['process-administrator'] } as const;
const onePerson = z.strictObject({ id: personId });

/** People, departments and roles, which administrators keep. */
export const peopleContract = {
  listPeople: endpoint({
    method: 'get',
    path: '/admin/people',
    access: administrator,
    summary: { zh: '人员一览，按用户名；手机号已遮盖', en: 'People by user name; phone numbers are masked' },
    query: listQuery({
      q: z.string().trim().max(100).optional(),
      department: departmentId.optional(),
      role: roleId.optional(),
      active: flag.optional(),
    }),
    response: listOf(listedPerson),
  }),
  getPerson: endpoint({
    method: 'get',
    path: '/admin/people/:id',
    access: administrator,
    summary: { zh: '一名人员，含手机号、在办任务与独任角色', en: 'One person, with phone number, open tasks and roles that nobody else has' },
    params: onePerson,
    response: person,
  }),
  createPerson: endpoint({
    method: 'post',
    path: '/admin/people',
    access: administrator,
    summary: { zh: '新增人员（尚无密码，另行生成一次性密码）', en: 'Makes a person, who has no password yet' },
    status: 201,
    idempotent: true,
    body: newPerson,
    response: person,
  }),
  updatePerson: endpoint({
    method: 'patch',
    path: '/admin/people/:id',
    access: administrator,
    summary: { zh: '修改人员；不能使系统没有可登录的管理员', en: 'Changes a person; the last administrator stays one' },
    idempotent: true,
    params: onePerson,
    body: personFields.partial(),
    response: person,
  }),
  deactivatePerson: endpoint({
    method: 'post',
    path: '/admin/people/:id/deactivate',
    access: administrator,
    summary: { zh: '停用人员：立即退出登录，不再收到任务', en: 'Deactivates a person: sessions end at once, no task comes any more' },
    idempotent: true,
    params: onePerson,
    response: person,
  }),
  reactivatePerson: endpoint({
    method: 'post',
    path: '/admin/people/:id/reactivate',
    access: administrator,
    summary: { zh: '恢复停用的人员', en: 'Reactivates a person' },
    idempotent: true,
    params: onePerson,
    response: person,
  }),
  // Not idempotent: a stored answer would keep the password.
  resetPassword: endpoint({
    method: 'post',
    path: '/admin/people/:id/password',
    access: administrator,
    summary: { zh: '生成一次性密码：只显示这一次，登录后须修改；此人的会话立即结束', en: 'A one-time password, shown this once, to be changed at login; ends the person’s sessions' },
    params: onePerson,
    response: z.object({ password: z.string(), until: instant }),
  }),

  listDepartments: endpoint({
    method: 'get',
    path: '/admin/departments',
    access: administrator,
    summary: { zh: '全部部门', en: 'All departments' },
    response: z.object({ items: z.array(department) }),
  }),
  createDepartment: endpoint({
    method: 'post',
    path: '/admin/departments',
    access: administrator,
    summary: { zh: '新增部门', en: 'Makes a department' },
    status: 201,
    idempotent: true,
    body: departmentFields,
    response: department,
  }),
  updateDepartment: endpoint({
    method: 'patch',
    path: '/admin/departments/:id',
    access: administrator,
    summary: { zh: '修改部门；上级部门不能成环', en: 'Changes a department; the tree stays a tree' },
    idempotent: true,
    params: z.strictObject({ id: departmentId }),
    body: departmentFields.partial(),
    response: department,
  }),

  listRoles: endpoint({
    method: 'get',
    path: '/admin/roles',
    access: administrator,
    summary: { zh: '全部角色、其在职人员及需要它的流程', en: 'All roles, who has them, and which processes need them' },
    response: z.object({ items: z.array(role) }),
  }),
  changeRole: endpoint({
    method: 'patch',
    path: '/admin/roles/:id',
    access: administrator,
    summary: { zh: '授予或收回角色', en: 'Gives a role to people and takes it from others' },
    idempotent: true,
    params: z.strictObject({ id: roleId }),
    body: z.strictObject({ add: z.array(personId).max(200).default([]), remove: z.array(personId).max(200).default([]) }),
    response: role,
  }),
};
