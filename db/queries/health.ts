import type { Db } from '../connect.ts';
import { hasAllMigrations } from '../migrate.ts';
