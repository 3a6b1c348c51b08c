import { createHash } from 'node:crypto';
import type { Place, PlaceKind } from '../queries/places.ts';

type Name = readonly [zh: string, en: string];

interface Floor {
  /** Rooms with a name of their own; the others have their number. */
  readonly rooms: Readonly<Record<string, Name>>;
  readonly numbers: readonly number[];
}

interface Building {
  readonly id: string;
  readonly name: Name;
  readonly floors: Readonly<Record<number, Floor>>;
}

const LETTERS = '23456789ABCDEFGHJKLMNPQRSTUVWXYZ';

const numbers = (from: number, count: number): number[] => Array.from({ length: count }, (_, i) => from + i);
const toilets: Readonly<Record<string, Name>> = { men: ['男卫生间', 'Men’s toilet'], women: ['女卫生间', 'Women’s toilet'] };

const buildings: readonly Building[] = [
  { id: 'main', name: ['综合楼', 'Main Building'], floors: {
    1: { rooms: { lobby: ['大厅', 'Lobby'], reception: ['接待室', 'Reception room'], canteen: ['职工食堂', 'Canteen'], ...toilets }, numbers: numbers(101, 4) },
    2: { rooms: { hall: ['营业厅', 'Customer hall'], archive: ['档案室', 'Archive'], ...toilets }, numbers: numbers(201, 8) },
    3: { rooms: { meeting: ['第一会议室', 'Meeting room 1'], ...toilets }, numbers: numbers(301, 10) },
    4: { rooms: { meeting: ['第二会议室', 'Meeting room 2'], ...toilets }, numbers: numbers(401, 10) },
    5: { rooms: { video: ['视频会议室', 'Video conference room'], ...toilets }, numbers: numbers(501, 10) },
    6: { rooms: { hall: ['多功能厅', 'Assembly hall'], server: ['信息机房', 'Server room'], ...toilets }, numbers: numbers(601, 4) },
  } },
  { id: 'works', name: ['生产楼', 'Operations Building'], floors: {
    1: { rooms: { store: ['物资仓库', 'Store'], power: ['配电室', 'Switch room'], garage: ['车库', 'Garage'], ...toilets }, numbers: numbers(101, 3) },
    2: { rooms: { dispatch: ['调度大厅', 'Dispatching hall'], relay: ['继电保护室', 'Relay room'], ...toilets }, numbers: numbers(201, 6) },
    3: { rooms: { training: ['培训教室', 'Training room'], duty: ['值班室', 'Duty room'], ...toilets }, numbers: numbers(301, 6) },
  } },
  { id: 'dorm', name: ['宿舍楼', 'Dormitory'], floors: {
    1: { rooms: { porter: ['值班室', 'Porter’s room'], gym: ['活动室', 'Recreation room'], boiler: ['热水房', 'Hot water room'] }, numbers: numbers(101, 5) },
    2: { rooms: { laundry: ['洗衣房', 'Laundry'] }, numbers: numbers(201, 8) },
    3: { rooms: { laundry: ['洗衣房', 'Laundry'] }, numbers: numbers(301, 8) },
  } },
];

/** Devices by the place that they stand in. */
const devices: Readonly<Record<string, Readonly<Record<string, Name>>>> = {
  main: { 'lift-1': ['1号电梯', 'Lift 1'], 'lift-2': ['2号电梯', 'Lift 2'] },
  works: { 'lift-1': ['货梯', 'Goods lift'] },
  'main-1': { water: ['饮水机', 'Water dispenser'] },
  'main-2': { water: ['饮水机', 'Water dispenser'], printer: ['公用打印机', 'Shared printer'] },
  'main-3': { water: ['饮水机', 'Water dispenser'], printer: ['公用打印机', 'Shared printer'] },
  'main-4': { water: ['饮水机', 'Water dispenser'] },
  'main-5': { water: ['饮水机', 'Water dispenser'] },
  'works-2': { water: ['饮水机', 'Water dispenser'] },
  'dorm-2': { water: ['开水器', 'Water boiler'] },
  'dorm-3': { water: ['开水器', 'Water boiler'] },
  'main-3-305': { ac: ['空调', 'Air conditioner'] },
  'main-3-meeting': { ac: ['空调', 'Air conditioner'], projector: ['投影仪', 'Projector'] },
  'main-4-meeting': { ac: ['空调', 'Air conditioner'], projector: ['投影仪', 'Projector'] },
  'main-6-server': { 'ac-1': ['1号精密空调', 'Precision air conditioner 1'], 'ac-2': ['2号精密空调', 'Precision air conditioner 2'] },
  'works-2-dispatch': { ac: ['中央空调', 'Central air conditioning'] },
  'dorm-2-laundry': { washer: ['洗衣机', 'Washing machine'] },
  'dorm-3-laundry': { washer: ['洗衣机', 'Washing machine'] },
};

/** Three buildings with their floors, about 120 rooms and some devices, each after the place that it stands in. */
export const demoPlaces: readonly Place[] = buildings.flatMap((building, b) => [
  placed(building.id, null, 'building', building.name, b),
  ...Object.entries(building.floors).flatMap(([n, { rooms, numbers: numbered }], f) => {
    const floor = `${building.id}-${n}`;
    const all: [string, Name][] = [...numbered.map((each): [string, Name] => [String(each), [`${each}室`, `Room ${each}`]]), ...Object.entries(rooms)];
    return [
      placed(floor, building.id, 'floor', [`${n}层`, `Floor ${n}`], f),
      ...all.flatMap(([room, name], r) => [placed(`${floor}-${room}`, floor, 'room', name, r), ...devicesIn(`${floor}-${room}`, 0)]),
      ...devicesIn(floor, all.length),
    ];
  }),
  ...devicesIn(building.id, Object.keys(building.floors).length),
]);

function devicesIn(parent: string, first: number): Place[] {
  return Object.entries(devices[parent] ?? {}).map(([device, name], i) => placed(`${parent}-${device}`, parent, 'device', name, first + i));
}

function placed(id: string, parent: string | null, kind: PlaceKind, [name, nameEn]: Name, position: number): Place {
  return { id: `place-${id}`, parentId: parent && `place-${parent}`, kind, name, nameEn, code: codeOf(id), position, active: true };
}

/** The same code in every demo company, so that a label printed for one opens in the next. */
function codeOf(id: string): string {
  return Array.from(createHash('sha256').update(id).digest().subarray(0, 6), (byte) => LETTERS.charAt(byte % LETTERS.length)).join('');
}
