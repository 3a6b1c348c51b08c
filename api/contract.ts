import { adminContract } from './contract/admin.ts';
import { auditContract } from './contract/audit.ts';
import { entryContract } from './contract/entry.ts';
import { eventContract } from './contract/events.ts';
import { fileContract } from './contract/files.ts';
import { healthContract } from './contract/health.ts';
import { noticesContract } from './contract/notices.ts';
import { processContract } from './contract/processes.ts';
import { sessionContract } from './contract/session.ts';
import { supplyContract } from './contract/supply.ts';
import { taskContract } from './contract/tasks.ts';
import { peopleContract } from './contract/people.ts';
import { announcementContract } from './contract/announcements.ts';
import { operationContract } from './contract/operations.ts';
import { statisticContract } from './contract/statistics.ts';
import { paperContract } from './contract/paper.ts';
import { searchContract } from './contract/search.ts';
import { smsContract } from './contract/sms.ts';
import { personalContract } from './contract/personal.ts';
import { repairContract } from './contract/repairs.ts';
import { placeContract } from './contract/places.ts';
import { visitContract } from './contract/visits.ts';
import { askContract } from './contract/asks.ts';
import { phoneCodeContract } from './contract/phone-codes.ts';
import { repairPlanContract } from './contract/repair-plans.ts';
import { repairStatisticContract } from './contract/repair-statistics.ts';
import type { Endpoint } from './endpoint.ts';

/** Every endpoint of the API, declared once, by area. */
export const contract = {
  session: sessionContract,
  entry: entryContract,
  health: healthContract,
  processes: processContract,
  tasks: taskContract,
  files: fileContract,
  events: eventContract,
  notices: noticesContract,
  supply: supplyContract,
  admin: adminContract,
  audit: auditContract,
  search: searchContract,
  sms: smsContract,
  asks: askContract,
  phoneCodes: phoneCodeContract,
  paper: paperContract,
  statistics: statisticContract,
  operations: operationContract,
  announcements: announcementContract,
  people: peopleContract,
  personal: personalContract,
  visits: visitContract,
  repairs: repairContract,
  places: placeContract,
  repairPlans: repairPlanContract,
  repairStatistics: repairStatisticContract,
};

/** The same as a list. */
export const endpoints: readonly Endpoint[] = Object.values(contract)
  .flatMap((area): Endpoint[] => Object.values(area));
