import { migrate } from '../db/migrate.ts';

const databaseUrl = process.env.DATABASE_URL;
if (!databaseUrl) throw new Error('DATABASE_URL is not set: set it to the database that shall be migrated.');
await migrate(databaseUrl);
console.log('The database is up to date.');
