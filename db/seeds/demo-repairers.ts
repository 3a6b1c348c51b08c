/** What a repairer of the demo company can do and when; `buildings` by name. */
export interface DemoRepairer {
  person: string;
  skills: string[];
  buildings: string[];
  onCall?: boolean;
  week: Record<string, { from: string; to: string }[]>;
}

const hours = (days: readonly number[], ...times: [string, string][]): DemoRepairer['week'] =>
  Object.fromEntries(days.map((day) => [day, times.map(([from, to]) => ({ from, to }))]));

const WEEKDAYS = [1, 2, 3, 4, 5];
const EVERY_DAY = [1, 2, 3, 4, 5, 6, 7];
const office = hours(WEEKDAYS, ['08:30', '12:00'], ['14:00', '17:30']);

/** The six of the repair team: who is there at which hours, the night shift included. */
export const demoRepairers: DemoRepairer[] = [
  { person: 'person-jin-zhiqiang', skills: ['plumbing', 'electrical', 'building'], buildings: ['综合楼'], onCall: true, week: hours(EVERY_DAY, ['08:00', '18:00']) },
  { person: 'person-fang-jianguo', skills: ['air-conditioning', 'electrical', 'plumbing'], buildings: ['生产楼'], onCall: true, week: hours(EVERY_DAY, ['08:00', '18:00']) },
  { person: 'person-kang-wei', skills: ['doors-windows', 'furniture', 'building'], buildings: [], week: office },
  { person: 'person-wang-yang', skills: ['network', 'electrical'], buildings: [], week: office },
  {
    person: 'person-kong-qingxiang', skills: ['plumbing', 'electrical', 'air-conditioning', 'doors-windows', 'furniture', 'building'], buildings: ['宿舍楼'],
    week: hours([3, 4, 5, 6, 7], ['08:30', '17:30']),
  },
  { person: 'person-bai-yunfei', skills: ['electrical', 'plumbing'], buildings: [], onCall: true, week: hours(EVERY_DAY, ['17:30', '24:00'], ['00:00', '08:00']) },
];
