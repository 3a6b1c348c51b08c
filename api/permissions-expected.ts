/** Who asks. `colleague` works in requester's department and has no office; `anonymous` is not logged in, `kiosk` is an enrolled device. */
export const people = [
  'anonymous', 'kiosk', 'requester', 'colleague', 'leader', 'requester2', 'leader2', 'director', 'storekeeper', 'frontdesk', 'service', 'repairer', 'admin', 'auditor',
] as const;
export type Who = (typeof people)[number];
/** Those who log in. */
export type Staff = Exclude<Who, 'anonymous' | 'kiosk'>;

/** The answer's status for each of `people`. */
export type Answers = Readonly<Record<Who, number>>;

/**
 * What is asked about:
 * - `waiting`: requester's (dept. marketing), at the department leader, nobody's yet; `leader` is the candidate;
 * - `waiting2`: requester2's (dept. maintenance), approved by leader2, at the director, nobody's yet; copied to colleague;
 * - `claimed`: requester's, approved by leader and director, at the counter, claimed by storekeeper;
 * - `returned`: requester's, returned by leader, at requester's own revision;
 * - `ended`: requester2's, rejected by leader2;
 * - `unknown`: there is none of that id;
 * - `file`: a photo of requester's that is in no process yet; `attached`: one in a case like `waiting`;
 * - `visit`: requester's guest, expected now; `inside`, `gone`: one who came in, and one who has just left again;
 * - `order`: requester's repair, at work by repairer; `repaired`: one that has ended; `fitter`: another repairer; `absence`: one of the fitter's;
 * - `plan`: a preventive plan, due in ten years;
 * - `any`: the call names no object.
 */
export const cases = ['waiting', 'waiting2', 'claimed', 'returned', 'ended', 'unknown'] as const;
export type Case = (typeof cases)[number];
export type Thing = Case | 'item' | 'step' | 'person' | 'department' | 'role' | 'announcement' | 'draft' | 'file' | 'attached' | 'visit' | 'inside' | 'gone' | 'blocked' | 'device' | 'place'
  | 'order' | 'repaired' | 'fitter' | 'absence' | 'plan' | 'any';

/** Everybody, logged in or not, gets `status`. */
function everybody(status: number): Answers {
  return Object.fromEntries(people.map((who) => [who, status])) as Answers;
}

/** Everybody who is logged in gets `status`. */
function loggedIn(status: number): Answers {
  return { ...everybody(status), anonymous: 401, kiosk: 401 };
}

/** Names of `people`, separated by blanks, by the status that they get. */
type Named = Readonly<Record<number, string>>;

function answers(others: number, named: Named): Answers {
  const found: Record<string, number> = loggedIn(others);
  for (const [status, names] of Object.entries(named)) {
    for (const who of names.split(' ')) {
      if (!(who in found)) throw new Error(`there is no ${who}`);
      found[who] = Number(status);
    }
  }
  return found as Answers;
}

/** Who is not named may not see it, so it does not exist: 404. */
const object = (named: Named): Answers => answers(404, named);

/** By role, before anything is looked up: who is not named gets 403. */
const office = (named: Named): Answers => answers(403, named);

const read = {
  waiting: object({ 200: 'requester leader admin auditor' }),
  waiting2: object({ 200: 'requester2 leader2 colleague director admin auditor' }),
  claimed: object({ 200: 'requester leader director storekeeper admin auditor' }),
  returned: object({ 200: 'requester leader admin auditor' }),
  ended: object({ 200: 'requester2 leader2 admin auditor' }),
  unknown: loggedIn(404),
};

const created = (answers: Answers): Answers =>
  Object.fromEntries(Object.entries(answers).map(([who, status]) => [who, status === 200 ? 201 : status])) as Answers;

const requesterOnly = {
  waiting: object({ 200: 'requester', 403: 'leader admin auditor' }),
  waiting2: object({ 200: 'requester2', 403: 'leader2 colleague director admin auditor' }),
  claimed: object({ 200: 'requester', 403: 'leader director storekeeper admin auditor' }),
  returned: object({ 200: 'requester', 403: 'leader admin auditor' }),
  ended: object({ 409: 'requester2', 403: 'leader2 admin auditor' }),
  unknown: loggedIn(404),
};

const candidateOnly = {
  waiting: object({ 200: 'leader', 403: 'requester admin auditor' }),
  waiting2: object({ 200: 'director', 403: 'requester2 leader2 colleague admin auditor' }),
  claimed: object({ 200: 'storekeeper', 403: 'requester leader director admin auditor' }),
  returned: object({ 200: 'requester', 403: 'leader admin auditor' }),
  // Decided already: whoever may see it is told by whom.
  ended: object({ 409: 'requester2 leader2 admin auditor' }),
  unknown: loggedIn(404),
};

const storekeeperOnly = (status: number) => office({ [status]: 'storekeeper' });
const serviceOnly = (status: number) => office({ [status]: 'service' });
const placeKeepers = (status: number) => office({ [status]: 'service admin' });
const ofOrder = (status: number) => object({ [status]: 'requester repairer service admin auditor' });
const overseers = office({ 200: 'storekeeper admin auditor' });
const statistics = office({ 200: 'leader leader2 director storekeeper admin auditor' });
const administratorOnly = office({ 200: 'admin' });
const unknownToAdministrator = office({ 404: 'admin' });
const auditOnly = { ...caseAnswers(office({ 200: 'admin auditor' })), unknown: office({ 404: 'admin auditor' }) };

const deskOnly = (status: number) => office({ [status]: 'frontdesk' });
const ofVisit = (status: number) => object({ [status]: 'requester frontdesk', 403: 'admin auditor' });
const kioskOnly = (status: number): Answers => ({ ...everybody(401), kiosk: status });

function caseAnswers(same: Answers): Record<Case, Answers> {
  return Object.fromEntries(cases.map((name) => [name, same])) as Record<Case, Answers>;
}

/** Every endpoint, what it is asked about, and what each of `people` is answered. An endpoint that is not here fails the test. */
export const expected: Readonly<Record<string, Readonly<Partial<Record<Thing, Answers>>>>> = {
  // No app is set up: api/entry.test.ts looks at what tickets open.
  'GET /entry/:app': { any: everybody(404), unknown: everybody(404) },
  'POST /entry/:app': { any: everybody(404), unknown: everybody(404) },
  'POST /login': { any: everybody(200) },
  'POST /logout': { any: loggedIn(204) },
  'GET /me': { any: loggedIn(200) },
  'PATCH /me': { any: loggedIn(200) },
  'POST /me/password': { any: loggedIn(200) },
  'GET /events': { any: loggedIn(200) },

  'GET /health/live': { any: everybody(200) },
  'GET /health/ready': { any: everybody(200) },
  'GET /openapi.json': { any: everybody(200) },
  'POST /csp-reports': { any: everybody(204) },
  // Signed, or at an address that only the carrier knows (without, it is asked for); where it is not set up there is no such address at all.
  'POST /sms/twilio/status': { any: everybody(404) },
  'POST /sms/aliyun/receipts': { any: everybody(400) },
  'POST /sms/twilio/replies': { any: everybody(404) },
  'POST /sms/aliyun/replies': { any: everybody(400) },
  // The demo's own; sms/carriers.test.ts looks at it elsewhere.
  'GET /demo/phones': { any: everybody(200) },
  'POST /demo/phones/replies': { any: everybody(204) },
  // Whoever has the token is the person, for one task: test/asks.test.ts tries it everywhere.
  'POST /asks/look': { any: everybody(400) },
  'POST /asks/decide': { any: everybody(400) },
  // To phones of mainland China only, within limits: phone-proof.test.ts.
  'POST /visit/phone-codes': { any: everybody(400) },

  'GET /process-types': { any: loggedIn(200) },
  'POST /processes': { any: loggedIn(201) },
  // What the lists hold is looked at one by one in permissions.test.ts.
  'GET /processes': { any: loggedIn(200) },
  'GET /processes/:id': read,
  'POST /processes/:id/withdraw': requesterOnly,
  // A returned case waits for the requester: there is nobody else to urge.
  'POST /processes/:id/remind': { ...requesterOnly, returned: object({ 409: 'requester', 403: 'leader admin auditor' }) },
  'POST /processes/:id/comments': {
    waiting: object({ 201: 'requester leader admin', 403: 'auditor' }),
    waiting2: object({ 201: 'requester2 leader2 colleague director admin', 403: 'auditor' }),
    claimed: object({ 201: 'requester leader director storekeeper admin', 403: 'auditor' }),
    returned: object({ 201: 'requester leader admin', 403: 'auditor' }),
    ended: object({ 201: 'requester2 leader2 admin', 403: 'auditor' }),
    unknown: loggedIn(404),
  },
  // Nothing personal stands in these.
  'POST /processes/:id/reveal': {
    waiting: object({ 409: 'requester leader admin', 403: 'auditor' }),
    waiting2: object({ 409: 'requester2 leader2 director admin', 403: 'colleague auditor' }),
    claimed: object({ 409: 'requester leader director storekeeper admin', 403: 'auditor' }),
    returned: object({ 409: 'requester leader admin', 403: 'auditor' }),
    ended: object({ 409: 'requester2 leader2 admin', 403: 'auditor' }),
    unknown: loggedIn(404),
  },
  'GET /processes/:id/paper': read,
  'GET /processes/:id/paper.pdf': read,
  // Whoever may see it may print it, the auditor too: printing changes nothing of the case.
  'POST /processes/:id/prints': Object.fromEntries(Object.entries(read).map(([name, answers]) => [name, created(answers)])),
  'GET /people': { any: loggedIn(200) },

  'GET /tasks': { any: loggedIn(200) },
  'GET /tasks/:id': read,
  // Each row by the rights of a single decision: tasks.test.ts.
  'POST /tasks/decisions': { any: loggedIn(200) },
  'POST /tasks/:id/decision': candidateOnly,
  'POST /tasks/:id/claim': {
    ...candidateOnly,
    claimed: object({ 409: 'storekeeper', 403: 'requester leader director admin auditor' }),
  },
  'POST /tasks/:id/release': {
    ...candidateOnly,
    // Nothing to give back where nothing was claimed.
    waiting: object({ 409: 'leader', 403: 'requester admin auditor' }),
    waiting2: object({ 409: 'director', 403: 'requester2 leader2 colleague admin auditor' }),
    returned: object({ 409: 'requester', 403: 'leader admin auditor' }),
  },
  'POST /tasks/:id/transfer': {
    ...candidateOnly,
    // An administrator reassigns.
    waiting: object({ 200: 'leader admin', 403: 'requester auditor' }),
    waiting2: object({ 200: 'director admin', 403: 'requester2 leader2 colleague auditor' }),
    claimed: object({ 200: 'storekeeper admin', 403: 'requester leader director auditor' }),
    // A revision is the requester's own: whoever wrote it for the requester could approve it afterwards.
    returned: object({ 403: 'requester leader admin auditor' }),
  },

  'POST /files': { any: loggedIn(201) },
  // Until it is attached it is its owner's alone.
  'GET /files/:id': { file: object({ 200: 'requester' }), attached: read.waiting, unknown: loggedIn(404) },
  'GET /files/:id/thumbnail': { file: object({ 200: 'requester' }), attached: read.waiting, unknown: loggedIn(404) },

  // What it finds is looked at in search.test.ts.
  'GET /search': { any: loggedIn(200) },

  'GET /notices': { any: loggedIn(200) },
  'POST /notices/read': { any: loggedIn(200) },

  'GET /supply/items': { any: loggedIn(200) },
  'GET /supply/categories': { any: loggedIn(200) },
  'GET /supply/items.csv': { any: overseers },
  'POST /supply/items/import': { any: storekeeperOnly(200) },
  'GET /supply/items/:id': { item: loggedIn(200), unknown: loggedIn(404) },
  'POST /supply/items': { any: storekeeperOnly(201) },
  'PATCH /supply/items/:id': { item: storekeeperOnly(200), unknown: storekeeperOnly(404) },
  'GET /supply/items/:id/movements': { item: overseers, unknown: office({ 404: 'storekeeper admin auditor' }) },
  'POST /supply/items/:id/receipts': { item: storekeeperOnly(201), unknown: storekeeperOnly(404) },
  'POST /supply/items/:id/stock-takes': { item: storekeeperOnly(201), unknown: storekeeperOnly(404) },

  // Leaders see their own department only: looked at in routes/statistics.test.ts.
  'GET /statistics/supply': { any: statistics },
  'GET /statistics/supply.csv': { any: statistics },
  'GET /statistics/supply.xlsx': { any: statistics },

  'GET /admin/timeout-policies': { any: administratorOnly },
  'GET /admin/timeout-policies/:type/:step/versions': { step: administratorOnly, unknown: office({ 404: 'admin' }) },
  'POST /admin/timeout-policies/:type/:step/preview': { step: administratorOnly, unknown: office({ 404: 'admin' }) },
  'PUT /admin/timeout-policies/:type/:step': { step: administratorOnly, unknown: office({ 404: 'admin' }) },
  'GET /admin/retention': { any: administratorOnly },
  'PUT /admin/retention': { any: administratorOnly },
  'GET /admin/calendar': { any: administratorOnly },
  'PUT /admin/calendar': { any: administratorOnly },
  'GET /admin/operations': { any: administratorOnly },
  'POST /admin/operations/processes/:id/redeliver': { waiting: administratorOnly, unknown: office({ 404: 'admin' }) },

  'GET /admin/people': { any: administratorOnly },
  'POST /admin/people': { any: office({ 201: 'admin' }) },
  'GET /admin/people/:id': { person: administratorOnly, unknown: unknownToAdministrator },
  'PATCH /admin/people/:id': { person: administratorOnly, unknown: unknownToAdministrator },
  'POST /admin/people/:id/deactivate': { person: administratorOnly, unknown: unknownToAdministrator },
  'POST /admin/people/:id/reactivate': { person: administratorOnly, unknown: unknownToAdministrator },
  'POST /admin/people/:id/password': { person: administratorOnly, unknown: unknownToAdministrator },
  'GET /admin/departments': { any: administratorOnly },
  'POST /admin/departments': { any: office({ 201: 'admin' }) },
  'PATCH /admin/departments/:id': { department: administratorOnly, unknown: unknownToAdministrator },
  'GET /admin/roles': { any: administratorOnly },
  'PATCH /admin/roles/:id': { role: administratorOnly, unknown: unknownToAdministrator },

  'GET /places': { any: loggedIn(200) },
  'GET /admin/places': { any: placeKeepers(200) },
  'GET /admin/places.csv': { any: placeKeepers(200) },
  'POST /admin/places': { any: placeKeepers(201) },
  'POST /admin/places/import': { any: placeKeepers(200) },
  'PATCH /admin/places/:id': { place: placeKeepers(200), unknown: placeKeepers(404) },

  'GET /announcements': { any: loggedIn(200) },
  // A draft is nobody's to read but where it is written.
  'GET /announcements/:id': { announcement: loggedIn(200), draft: loggedIn(404), unknown: loggedIn(404) },
  'POST /announcements/:id/read': { announcement: loggedIn(200), draft: loggedIn(404), unknown: loggedIn(404) },
  'GET /admin/announcements': { any: administratorOnly },
  'POST /admin/announcements': { any: office({ 201: 'admin' }) },
  'PATCH /admin/announcements/:id': { announcement: administratorOnly, draft: administratorOnly, unknown: unknownToAdministrator },
  'POST /admin/announcements/:id/publish': { announcement: administratorOnly, draft: administratorOnly, unknown: unknownToAdministrator },
  'POST /admin/announcements/:id/withdraw': { announcement: administratorOnly, draft: office({ 409: 'admin' }), unknown: unknownToAdministrator },

  'POST /visits': { any: loggedIn(201) },
  'POST /visits/:id/move': { visit: ofVisit(200), unknown: loggedIn(404) },
  'POST /visits/:id/cancel': { visit: ofVisit(200), unknown: loggedIn(404) },
  // Its code went out by no SMS.
  'POST /visits/:id/resend': { visit: ofVisit(409), unknown: loggedIn(404) },
  'GET /visits/board': { any: deskOnly(200) },
  'POST /visits/:id/check-in': { visit: deskOnly(200), unknown: deskOnly(404) },
  'POST /visits/check-ins': { any: deskOnly(422) },
  'POST /visits/:id/check-out': { inside: deskOnly(200), visit: deskOnly(409), unknown: deskOnly(404) },
  'POST /visits/:id/undo-check-in': { inside: deskOnly(200), unknown: deskOnly(404) },
  'POST /visits/:id/undo-check-out': { gone: deskOnly(200), unknown: deskOnly(404) },
  'GET /visits/:id/pass': { inside: deskOnly(200), visit: deskOnly(409), unknown: deskOnly(404) },
  'POST /visits/:id/verify': { visit: deskOnly(200), unknown: deskOnly(404) },
  'POST /visits/walk-ins': { any: deskOnly(201) },
  'POST /visits/passes': { any: deskOnly(200) },
  'POST /visits/evacuation': { any: deskOnly(200) },
  'GET /visits/export': { any: office({ 200: 'frontdesk director admin auditor' }) },
  'GET /visits/statistics': { any: office({ 200: 'frontdesk director admin auditor' }) },
  'GET /visits/blocked': { any: deskOnly(200) },
  'POST /visits/blocked': { any: deskOnly(201) },
  'POST /visits/blocked/:id/removal': { blocked: deskOnly(204), unknown: deskOnly(404) },
  'GET /visits/kiosks': { any: deskOnly(200) },
  'POST /visits/kiosks': { any: deskOnly(201) },
  'POST /visits/kiosks/:id/revoke': { device: deskOnly(204), unknown: deskOnly(404) },
  // The code of an SMS is needed; a link and an enrolment code are what lets in. Looked at in visits.test.ts.
  'POST /visit/requests': { any: everybody(422) },
  'POST /visit/look': { any: everybody(404) },
  'POST /visit/cancel': { any: everybody(404) },
  'POST /visit/consent-withdrawal': { any: everybody(404) },
  'POST /kiosk/enrolment': { any: everybody(422) },
  'GET /kiosk': { any: kioskOnly(200) },
  'POST /kiosk/check-ins': { any: kioskOnly(422) },
  'POST /kiosk/check-outs': { any: kioskOnly(422) },
  'POST /kiosk/requests': { any: kioskOnly(201) },
  'POST /kiosk/requests/look': { any: kioskOnly(404) },
  'POST /kiosk/requests/enter': { any: kioskOnly(404) },

  'GET /repairs/board': { any: office({ 200: 'service director admin auditor' }) },
  'GET /repairs/mine': { any: office({ 200: 'repairer' }) },
  'GET /repairs/mine/history': { any: office({ 200: 'repairer' }) },
  'GET /repairs/repairers': { any: serviceOnly(200) },
  'PUT /repairs/repairers/:id': { fitter: serviceOnly(200), unknown: serviceOnly(404) },
  'POST /repairs/repairers/:id/absences': { fitter: serviceOnly(201), unknown: serviceOnly(404) },
  'POST /repairs/repairers/:id/absences/:absenceId/removal': { absence: serviceOnly(200), unknown: serviceOnly(404) },
  'GET /repairs/statistics': { any: office({ 200: 'service director admin auditor' }) },
  'GET /repairs/statistics.csv': { any: office({ 200: 'service director admin auditor' }) },
  'GET /repairs/plans': { any: serviceOnly(200) },
  'POST /repairs/plans': { any: serviceOnly(201) },
  'PUT /repairs/plans/:id': { plan: serviceOnly(200), unknown: serviceOnly(404) },
  'POST /repairs/plans/:id/pause': { plan: serviceOnly(200), unknown: serviceOnly(404) },
  'POST /repairs/plans/:id/resume': { plan: serviceOnly(200), unknown: serviceOnly(404) },
  'POST /repairs/plans/:id/open': { plan: serviceOnly(201), unknown: serviceOnly(404) },
  'GET /repairs/plans/:id/orders': { plan: serviceOnly(200), unknown: serviceOnly(404) },
  'GET /repairs/:id': { order: ofOrder(200), repaired: ofOrder(200), unknown: loggedIn(404) },
  'GET /repairs/:id/suggestions': { order: serviceOnly(200), unknown: serviceOnly(404) },
  // Whoever has it, and the dispatcher; not once it is over.
  'POST /repairs/:id/contact': { order: object({ 200: 'repairer service', 403: 'requester admin auditor' }), repaired: ofOrder(403), unknown: loggedIn(404) },
  'POST /repairs/:id/ratings': { repaired: object({ 201: 'requester', 403: 'repairer service admin auditor' }), order: object({ 409: 'requester', 403: 'repairer service admin auditor' }), unknown: loggedIn(404) },

  'GET /audit/processes.csv': { any: office({ 200: 'admin auditor' }) },
  'GET /audit/filters': { any: office({ 200: 'admin auditor' }) },
  'GET /audit/events': { any: office({ 200: 'admin auditor' }) },
  'GET /audit/processes/:id/events': auditOnly,
  // 404 for those who may: nothing of these cases is in Temporal.
  'GET /audit/processes/:id/history': { ...caseAnswers(office({ 404: 'admin auditor' })) },
  'POST /audit/processes/:id/replay': auditOnly,
};
